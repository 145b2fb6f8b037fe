import type { Clock } from '../../src/shared/clock.js'

interface Alarm {
  at: number
  ring: () => void
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  private alarms: Alarm[] = []

  constructor(private time = 0) {}

  now(): number {
    return this.time
  }

  after(ms: number, task: () => void): () => void {
    const alarm: Alarm = { at: this.time + Math.max(0, ms), ring: task }
    this.alarms.push(alarm)
    return () => this.drop(alarm)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const takeBack = this.after(ms, () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      })
      const abort = () => {
        takeBack()
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Number of alarms that wait; 0 when nothing was forgotten. */
  get pending(): number {
    return this.alarms.length
  }

  /** Moves time on, ringing each alarm at its own moment, in order; promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms
    await settle()
    for (let next = this.next(end); next; next = this.next(end)) {
      this.time = Math.max(this.time, next.at)
      this.drop(next)
      next.ring()
      await settle()
    }
    this.time = end
  }

  private next(end: number): Alarm | undefined {
    return this.alarms.filter(({ at }) => at <= end).reduce<Alarm | undefined>(earlier, undefined)
  }

  private drop(alarm: Alarm): void {
    this.alarms = this.alarms.filter((other) => other !== alarm)
  }
}

function earlier(best: Alarm | undefined, alarm: Alarm): Alarm {
  return best && best.at <= alarm.at ? best : alarm
}

/** Lets promise chains that are ready run to their end. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
