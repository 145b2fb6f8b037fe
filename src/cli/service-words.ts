import { widthOfGlobalFlag } from './leading-flags.js'

const VERBS = new Set(['endpoints', 'endpoint'])

/**
 * `dcos kafka endpoints broker` → `dcos service endpoints broker --name kafka --module kafka`.
 *
 * The command lines of DC/OS services are named after the package (`dcos kafka …`) and take the name of the
 * installed service as `--name`; this program has one command for all of them. Global flags and `--name` may
 * stand before the verb, an explicit `--name` wins. `--module` carries the word that was typed, for messages.
 *
 * @param knownFirstWords the program's own first words, which are never names of services
 * @returns the words to run; the same words when they ask for something else
 */
export function rewriteServiceWords(
  argv: readonly string[],
  knownFirstWords: ReadonlySet<string>,
): readonly string[] {
  const before: string[] = []
  let module: string | undefined
  for (let place = 0; place < argv.length; ) {
    const word = argv[place]!
    const width = word === '--name' ? 2 : word.startsWith('--name=') ? 1 : widthOfGlobalFlag(word)
    if (width > 0) {
      before.push(...argv.slice(place, place + width))
      place += width
    } else if (module === undefined) {
      if (word.startsWith('-') || knownFirstWords.has(word)) return argv
      module = word
      place += 1
    } else {
      if (!VERBS.has(word)) return argv
      return serviceEndpoints(module, before, argv.slice(place + 1))
    }
  }
  return argv
}

function serviceEndpoints(module: string, before: string[], after: string[]): string[] {
  const end = after.indexOf('--')
  const own = end < 0 ? after : after.slice(0, end)
  const rest = end < 0 ? [] : after.slice(end)
  const named = [...before, ...own].some((word) => word === '--name' || word.startsWith('--name='))
  const name = named ? [] : ['--name', module]
  return ['service', 'endpoints', ...own, ...before, ...name, '--module', module, ...rest]
}
