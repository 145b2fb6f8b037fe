import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { projectRoot } from './run-cli.js'

/** What is waited for, and what is typed then. */
export type Turn = [said: RegExp, keys: string]

export const ENTER = '\r'
export const DOWN = '\u001b[B'
export const CTRL_C = '\u0003'

/** How a run on a terminal went. */
export interface TerminalResult {
  code: number | null
  /** Everything that the terminal was told, control sequences included. */
  raw: string
  /** The same without control sequences. */
  text: string
}

/**
 * Runs `dcos` on a pseudo-terminal (of `script`, from util-linux) and types: each turn once what it waits for
 * has been said after the turn before.
 */
export async function onTerminal(
  words: readonly string[],
  turns: readonly Turn[],
  env: Record<string, string | undefined>,
): Promise<TerminalResult> {
  const quoted = [process.execPath, `${projectRoot}/bin/run.js`, ...words]
    .map((word) => `'${word}'`)
    .join(' ')
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    env: { PATH: process.env.PATH, TERM: 'xterm', SHELL: '/bin/sh', ...env },
    timeout: 30_000,
    killSignal: 'SIGKILL',
  })
  let raw = ''
  let seen = 0
  const left = [...turns]
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    raw += part
    const [turn] = left
    const fresh = stripVTControlCharacters(raw.slice(seen))
    if (!turn?.[0].test(fresh)) return
    left.shift()
    seen = raw.length
    child.stdin.write(turn[1])
  })
  child.stdin.on('error', () => {})
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const text = stripVTControlCharacters(raw)
  if (left.length > 0) throw new Error(`${left[0]![0]} was not said (exit code ${code}):\n${text}`)
  return { code, raw, text }
}
