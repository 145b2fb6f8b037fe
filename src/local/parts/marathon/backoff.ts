import type { NormalizedApp } from '../../../definitions/app.js'
import type { Clock } from '../../../shared/clock.js'

interface Delay {
  delayMs: number
  /** Start of the delay, ms since the epoch. */
  reference: number
  maxMs: number
}

/**
 * How long a failing app has to wait for its next launch. Delays belong to an app's configuration
 * and are forgotten by a configuration change or restart, by deletion, by hand, or when the app has
 * run longer than its longest delay. Source: Marathon 1.11, `core/launchqueue/impl/RateLimiter.scala`.
 */
export class Backoff {
  private readonly delays = new Map<string, Delay>()

  constructor(private readonly clock: Clock) {}

  /** A task of the app ended on its own: the delay starts or grows. */
  failed(app: NormalizedApp): void {
    const maxMs = app.maxLaunchDelaySeconds * 1000
    const known = this.current(app)
    const delayMs = known ? known.delayMs * app.backoffFactor : app.backoffSeconds * 1000
    this.delays.set(keyOf(app), { delayMs: Math.min(delayMs, maxMs), reference: this.clock.now(), maxMs })
  }

  /** A task of the app came to life: the time to forget the delay counts from now. */
  alive(app: NormalizedApp): void {
    const known = this.current(app)
    if (known) known.reference = this.clock.now()
  }

  reset(app: NormalizedApp): void {
    this.delays.delete(keyOf(app))
  }

  /** Milliseconds until the app may be launched; 0 = now. */
  waitMs(app: NormalizedApp): number {
    const known = this.current(app)
    return known ? Math.max(0, known.reference + known.delayMs - this.clock.now()) : 0
  }

  private current(app: NormalizedApp): Delay | undefined {
    const known = this.delays.get(keyOf(app))
    if (known && this.clock.now() > known.reference + known.maxMs) {
      this.delays.delete(keyOf(app))
      return undefined
    }
    return known
  }
}

function keyOf(app: NormalizedApp): string {
  return `${app.id} ${app.versionInfo?.lastConfigChangeAt ?? app.version}`
}
