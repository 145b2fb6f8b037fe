import { EXIT, UserError } from '../shared/errors.js'

/** Why a run was cut short: the reason of the environment's signal. */
export class Interruption extends Error {
  constructor(
    readonly signal: 'SIGINT' | 'SIGTERM' | 'EPIPE',
    readonly exitCode: number,
  ) {
    super(`The program was interrupted (${signal}).`)
    this.name = 'Interruption'
  }
}

const SHOW_CURSOR = '\u001b[?25h'

/**
 * Watches for Ctrl-C, for the request to terminate, and for a reader of stdout that has gone.
 * The signal is aborted first, so that waits end and clean up; `run` ends when the work does, at the latest
 * after its time of grace, or at once at the second Ctrl-C.
 */
export class InterruptionWatch {
  private readonly controller = new AbortController()
  private readonly listeners: (() => void)[] = []
  private second: () => void = () => {}
  private lost: NodeJS.ErrnoException | undefined
  /** A reader such as `head` that has seen enough is no error. */
  private readonly gone = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') this.interrupt(new Interruption('EPIPE', EXIT.done))
    else this.lost ??= error
  }

  constructor(private readonly process: NodeJS.Process) {
    const signals = [
      ['SIGINT', EXIT.interrupted],
      ['SIGTERM', EXIT.terminated],
    ] as const
    for (const [name, exitCode] of signals) {
      this.listen(process, name, () => this.interrupt(new Interruption(name, exitCode)))
    }
    this.listen(process.stdout, 'error', this.gone)
    this.listen(process.stderr, 'error', this.gone)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** What cut the run short, if anything did. */
  get interruption(): Interruption | undefined {
    return this.signal.aborted ? (this.signal.reason as Interruption) : undefined
  }

  /**
   * @param work what the program does
   * @param grace milliseconds that the work may take to end after an interruption, asked when it comes
   */
  async run<T>(work: Promise<T>, grace: () => number): Promise<T | undefined> {
    let timer: NodeJS.Timeout | undefined
    const cut = new Promise<undefined>((resolve) => {
      const end = (delay: number) => {
        if (grace() !== Number.POSITIVE_INFINITY) timer = setTimeout(() => resolve(undefined), delay)
      }
      this.second = () => end(0)
      this.signal.addEventListener('abort', () => end(grace()))
    })
    try {
      return await Promise.race([work, cut])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Rejects when something that was written did not arrive; streams tell so a moment later. */
  async written(): Promise<void> {
    // oclif's own listener would throw the error where nobody can catch it.
    const { stdout } = this.process
    for (const listener of stdout.listeners('error')) {
      if (listener !== this.gone) stdout.off('error', listener as () => void)
    }
    await new Promise((resolve) => setImmediate(resolve))
    if (!this.lost) return
    const full = this.lost.code === 'ENOSPC' || this.lost.code === 'EDQUOT'
    const why = full ? 'the disk is full' : this.lost.message
    throw new UserError('E_OUTPUT_LOST', `The output cannot be written: ${why}.`, {
      next: ['What the command did is done; only its output is lost.'],
      cause: this.lost,
    })
  }

  /** Takes the listeners back and the cursor forth. */
  stop(): void {
    for (const remove of this.listeners.splice(0)) remove()
    if (this.signal.aborted && this.process.stderr.isTTY) this.process.stderr.write(SHOW_CURSOR)
  }

  private interrupt(reason: Interruption): void {
    if (this.signal.aborted) this.second()
    else this.controller.abort(reason)
  }

  private listen(source: NodeJS.EventEmitter, event: string, listener: (...values: never[]) => void): void {
    source.on(event, listener as () => void)
    this.listeners.push(() => source.off(event, listener as () => void))
  }
}
