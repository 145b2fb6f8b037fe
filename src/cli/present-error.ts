import { styleText } from 'node:util'
import { EXIT, messageOf, UserError } from '../shared/errors.js'

/** How an error is to be shown. */
export interface Presentation {
  json: boolean
  colour: boolean
  /** Shows the stack of bugs. */
  debug: boolean
}

/** What to write where, and the code to end with. */
export interface PresentedError {
  exitCode: number
  stdout: string
  stderr: string
}

/** The words of an error, apart from their form. */
interface ErrorText {
  code: string
  message: string
  next: string[]
  exitCode: number
}

/**
 * Turns whatever was thrown into the program's last words: for people on stderr, or under `--json` as one
 * document `{"error":{"code","message","next"}}` on stdout; the exit code is the same in both.
 */
export function presentError(thrown: unknown, { json, colour, debug }: Presentation): PresentedError {
  const exitCode = quietExit(thrown)
  if (exitCode !== undefined) return { exitCode, stdout: '', stderr: '' }
  const text = describeError(thrown)
  const stack = debug && thrown instanceof Error ? `${stackOf(thrown)}\n` : ''
  if (!json) return { exitCode: text.exitCode, stdout: '', stderr: forPeople(text, colour) + stack }
  const { code, message, next } = text
  const document = JSON.stringify({ error: { code, message, next } }, null, 2)
  return { exitCode: text.exitCode, stdout: `${document}\n`, stderr: stack }
}

function forPeople({ message, next }: ErrorText, colour: boolean): string {
  const paint = (format: 'red' | 'dim', text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const hints = next.map((hint) => `  ${paint('dim', '→')} ${hint}\n`)
  return `${paint('red', 'Error:')} ${message}\n${hints.join('')}`
}

function describeError(thrown: unknown): ErrorText {
  if (thrown instanceof UserError) return thrown
  const usage = asUsageError(thrown)
  if (usage) return usage
  return {
    code: 'E_INTERNAL',
    message: `This is a bug in dcos-vip: ${messageOf(thrown)}`,
    next: ['Run it again with DEBUG=1 to see where it happened, and report it.'],
    exitCode: EXIT.failed,
  }
}

/** The shape of oclif's errors; those of its parser carry what they parsed. */
interface OclifError extends Error {
  oclif?: { exit?: number }
  parse?: unknown
  code?: string
}

/** What oclif's parser refuses is wrong usage; what a command says by `this.error` keeps its own code. */
function asUsageError(thrown: unknown): ErrorText | undefined {
  if (!(thrown instanceof Error)) return undefined
  const { oclif, message, code, parse } = thrown as OclifError
  if (!oclif) return undefined
  const exitCode = oclif.exit ?? EXIT.usage
  // A value that a flag's own reader refused comes in three lines.
  const refused = /^Parsing (--\S+)\s+([^\n]+)/.exec(message)
  if (refused)
    return {
      code: 'E_USAGE',
      message: `${refused[1]}: ${refused[2]!.replace(/^Expected/, 'expected')}.`,
      next: ['Add --help to see what the command takes.'],
      exitCode: EXIT.usage,
    }
  if (parse === undefined) return { code: code ?? 'E_FAILED', message, next: [], exitCode }
  const [text = message] = message.split('\nSee more help with --help')
  return {
    code: 'E_USAGE',
    message: text.replace(/^Nonexistent flag/, 'Unknown flag'),
    next: ['Add --help to see what the command takes.'],
    exitCode: EXIT.usage,
  }
}

/** The code of an exit that has nothing to say: `this.exit()` in a command, Ctrl-C at a question. */
function quietExit(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error)) return undefined
  if (thrown.name === 'ExitPromptError') return EXIT.interrupted
  const { code, oclif } = thrown as OclifError
  return code === 'EEXIT' ? (oclif?.exit ?? EXIT.done) : undefined
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}
