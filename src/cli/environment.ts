import type { Readable, Writable } from 'node:stream'
import { type Clock, systemClock } from '../shared/clock.js'

/** A stream to write to, which may be a terminal. */
export type Output = Writable & { isTTY?: boolean; columns?: number }
/** A stream to read from, which may be a terminal. */
export type Input = Readable & { isTTY?: boolean }

/** What surrounds one run of the program, handed in so that tests can hand in their own. */
export interface Surroundings {
  /** The words typed after the program's name. */
  argv: readonly string[]
  env: Readonly<Record<string, string | undefined>>
  stdin: Input
  stdout: Output
  stderr: Output
  cwd: string
  clock: Clock
  /** Aborted when the user or the system asks the program to end; its reason is an `Interruption`. */
  signal: AbortSignal
}

/** The surroundings of a run and what follows from them. */
export class Environment {
  /** The code with which the program ends when nothing fails; a command may raise it. */
  exitCode = 0
  /**
   * Milliseconds that a command gets to clean up after an interruption; Infinity for a command that answers
   * to interruptions itself: nothing cuts it short, and it ends with its own exit code.
   */
  grace = 1000

  constructor(private readonly surroundings: Surroundings) {}

  get argv() {
    return this.surroundings.argv
  }
  get env() {
    return this.surroundings.env
  }
  get stdin() {
    return this.surroundings.stdin
  }
  get stdout() {
    return this.surroundings.stdout
  }
  get stderr() {
    return this.surroundings.stderr
  }
  get cwd() {
    return this.surroundings.cwd
  }
  get clock() {
    return this.surroundings.clock
  }
  get signal() {
    return this.surroundings.signal
  }

  /** Whether stdout has to be one JSON document. */
  get json(): boolean {
    return wantsJson(this.argv)
  }

  /** Whether questions may be asked: someone sits at both ends and no script waits for the answer. */
  get interactive(): boolean {
    return Boolean(this.stdout.isTTY && this.stdin.isTTY) && !this.env.CI && !this.json
  }

  /** Whether text for this stream may carry colours. */
  usesColour(stream: 'stdout' | 'stderr'): boolean {
    const { FORCE_COLOR, NO_COLOR, TERM } = this.env
    if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
    if (NO_COLOR || TERM === 'dumb') return false
    return Boolean(this[stream].isTTY)
  }
}

/** Whether `--json` is among the program's own words (those before `--`). */
export function wantsJson(argv: readonly string[]): boolean {
  return ownWords(argv).includes('--json')
}

/** The words before `--`: what follows belongs to another program. */
export function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--')
  return end < 0 ? argv : argv.slice(0, end)
}

/** The environment of this very process. Streams are opened when they are first asked for. */
export function processEnvironment(argv: readonly string[], signal: AbortSignal): Environment {
  return new Environment({
    argv,
    env: process.env,
    // Opening stdin costs a millisecond and may keep the process alive: only who reads it opens it.
    get stdin() {
      return process.stdin
    },
    get stdout() {
      return process.stdout
    },
    get stderr() {
      return process.stderr
    },
    get cwd() {
      return workingFolder()
    },
    clock: systemClock,
    signal,
  })
}

/** The current folder; the one that the shell remembers when it has been deleted meanwhile. */
function workingFolder(): string {
  try {
    return process.cwd()
  } catch {
    return process.env.PWD ?? '/'
  }
}
