import type { Clock } from '../../shared/clock.js'
import { messageOf } from '../../shared/errors.js'
import type { ProbeResult } from './health-probe.js'

/**
 * One health check of a task with every default filled in; times in milliseconds.
 * `mesos` checks are run by the executor (MESOS_HTTP, MESOS_HTTPS, MESOS_TCP, COMMAND),
 * `marathon` checks by Marathon itself (HTTP, HTTPS, TCP); they differ in timing and in when they kill.
 */
export interface ResolvedCheck {
  level: 'mesos' | 'marathon'
  protocol: 'HTTP' | 'HTTPS' | 'TCP' | 'MESOS_HTTP' | 'MESOS_HTTPS' | 'MESOS_TCP' | 'COMMAND'
  grace: number
  interval: number
  timeout: number
  /** Before the first check; Mesos level only. */
  delay: number
  maxConsecutiveFailures: number
}

/** What is known after one more probe; times are milliseconds since the epoch. */
export interface HealthResult {
  alive: boolean
  /** Status line or error of this probe. (Marathon shows it for its own checks only.) */
  cause: string
  at: number
  /** False for a failure that the grace period forgives: no event, no counter. */
  counted: boolean
  consecutiveFailures: number
  firstSuccess?: number
  lastSuccess?: number
  lastFailure?: number
}

/** What a checker needs; `probe` gets the check's time-out and a signal that ends it when the checker stops. */
export interface HealthCheckerOptions {
  check: ResolvedCheck
  clock: Clock
  probe: (timeoutMs: number, signal: AbortSignal) => Promise<ProbeResult>
  onResult: (result: HealthResult) => void
  /** The task has failed too often. Comes again with each further failure until the checker is stopped. */
  onKill: (reason: string) => void
}

const FIRST_MARATHON_ROUND = 5000
/** `intervalSeconds: 0` is a valid definition; it must not become a busy loop. */
const SHORTEST_INTERVAL = 100

/**
 * Schedules one health check of one task, by the rules of Marathon 1.11 and Mesos 1.11.
 * `start` when the task became Running, `stop` when it is no longer; a stopped checker stays silent.
 */
export class HealthChecker {
  private readonly stopped = new AbortController()
  private readonly interval: number
  private takeBack = () => {}
  private probing = false
  private runningSince = 0
  private alive = false
  private consecutiveFailures = 0
  private firstSuccess: number | undefined
  private lastSuccess: number | undefined
  private lastFailure: number | undefined

  constructor(private readonly options: HealthCheckerOptions) {
    this.interval = Math.max(options.check.interval, SHORTEST_INTERVAL)
  }

  start(): void {
    const { check, clock } = this.options
    this.runningSince = clock.now()
    this.schedule(check.level === 'mesos' ? check.delay : Math.min(this.interval, FIRST_MARATHON_ROUND))
  }

  stop(): void {
    this.takeBack()
    this.stopped.abort()
  }

  private schedule(ms: number): void {
    this.takeBack = this.options.clock.after(ms, () => void this.round())
  }

  /** Marathon's rounds keep their beat; Mesos counts the interval from the end of the last check. */
  private async round(): Promise<void> {
    const fixedRate = this.options.check.level === 'marathon'
    if (fixedRate) this.schedule(this.interval)
    if (this.probing) return
    this.probing = true
    const result = await this.probe()
    this.probing = false
    if (this.stopped.signal.aborted) return
    if (!fixedRate) this.schedule(this.interval)
    this.judge(result)
  }

  private async probe(): Promise<ProbeResult> {
    try {
      return await this.options.probe(this.options.check.timeout, this.stopped.signal)
    } catch (error) {
      return { ok: false, cause: messageOf(error) }
    }
  }

  private judge({ ok, cause }: ProbeResult): void {
    const at = this.options.clock.now()
    if (ok) {
      this.alive = true
      this.consecutiveFailures = 0
      this.firstSuccess ??= at
      this.lastSuccess = at
    }
    const counted = ok || !this.forgives(at)
    const kill = !ok && counted && this.countFailure(at)
    this.options.onResult({
      alive: this.alive,
      cause,
      at,
      counted,
      consecutiveFailures: this.consecutiveFailures,
      firstSuccess: this.firstSuccess,
      lastSuccess: this.lastSuccess,
      lastFailure: this.lastFailure,
    })
    if (kill && !this.stopped.signal.aborted) this.options.onKill(cause)
  }

  /** The grace period ends for good with the first success. */
  private forgives(at: number): boolean {
    const { level, grace } = this.options.check
    const age = at - this.runningSince
    if (this.firstSuccess !== undefined || grace === 0) return false
    return level === 'marathon' ? age < grace : age <= grace
  }

  /**
   * Counts a failure and tells whether it is one too many. Marathon compares before it adds (so the kill
   * comes with failure number max + 1, and 0 means never), Mesos after (so 0 means at the first).
   */
  private countFailure(at: number): boolean {
    const { level, maxConsecutiveFailures: max } = this.options.check
    const before = this.consecutiveFailures
    this.alive = false
    this.consecutiveFailures = before + 1
    this.lastFailure = at
    return level === 'marathon' ? max > 0 && before >= max : before + 1 >= max
  }
}
