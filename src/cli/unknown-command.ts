import { UsageError } from '../shared/errors.js'
import { nearest } from './nearest.js'

/** The words name no command of this program. */
export class UnknownCommandError extends UsageError {
  /**
   * @param argv the words typed
   * @param ids the ids of all commands (`vip:list`)
   */
  constructor(argv: readonly string[], ids: readonly string[]) {
    const words = commandWords(argv)
    const known = ids.map((id) => id.replaceAll(':', ' '))
    const guess = nearestCommand(words, known)
    super(
      `There is no command "dcos ${words.join(' ')}".`,
      [...(guess ? [`Did you mean \`dcos ${guess}\`?`] : []), 'All commands: `dcos --help`'],
      'E_UNKNOWN_COMMAND',
    )
    this.name = 'UnknownCommandError'
  }
}

/** The typed words up to the first flag: at most three, the depth of the deepest command. */
function commandWords(argv: readonly string[]): string[] {
  const end = argv.findIndex((word) => word.startsWith('-'))
  const words = end < 0 ? argv : argv.slice(0, end)
  return (words.length > 0 ? words : argv).slice(0, 3)
}

/** The command next to the words, read with and without words that may be arguments. */
function nearestCommand(words: string[], known: readonly string[]): string | undefined {
  for (let count = words.length; count > 0; count--) {
    const found = nearest(words.slice(0, count).join(' '), known)
    if (found) return found
  }
  return undefined
}
