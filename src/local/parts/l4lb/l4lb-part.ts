import { diffFrontends, isEmptyPlan } from '../../../domain/frontend-diff.js'
import type { Frontend } from '../../../domain/vip.js'
import { type Clock, systemClock } from '../../../shared/clock.js'
import type { ClusterPart, PartHealth } from '../../kit/part.js'
import type { ForwardingEngine, FrontendStats, Reachable } from './engine.js'

/** Milliseconds between two attempts at frontends that could not be served; dcos-net reconciles as often. */
export const RECONCILE_INTERVAL = 30_000

/** The load balancer of the embedded cluster: keeps an engine in step with the table of VIPs. */
export class L4lbPart implements ClusterPart {
  readonly name = 'l4lb'
  private frontends: readonly Frontend[] = []
  private queue: Promise<void> = Promise.resolve()
  private cancelTick: (() => void) | null = null
  private running = false

  constructor(
    private readonly engine: ForwardingEngine,
    private readonly clock: Clock = systemClock,
  ) {}

  async start(): Promise<void> {
    this.running = true
    this.scheduleTick()
  }

  async stop(): Promise<void> {
    this.running = false
    this.cancelTick?.()
    this.cancelTick = null
    await this.queue
    await this.engine.stop()
  }

  /** Makes the engine serve exactly these frontends. Calls are carried out one after the other. */
  sync(frontends: Frontend[]): Promise<void> {
    return this.enqueue(async () => {
      const plan = diffFrontends(this.frontends, frontends)
      this.frontends = frontends
      if (!isEmptyPlan(plan)) await this.engine.apply(plan)
    })
  }

  /** Where a frontend accepts new traffic on this machine now, or null. */
  reachable(id: string): Reachable | null {
    return this.engine.connections().get(id) ?? null
  }

  /** Why a frontend that should accept traffic does not, or null. */
  problem(id: string): string | null {
    return this.engine.problems().get(id) ?? null
  }

  stats(): Map<string, FrontendStats> {
    return this.engine.stats()
  }

  health(): PartHealth {
    const count = `${this.frontends.length} ${this.frontends.length === 1 ? 'VIP' : 'VIPs'}`
    const problems = [...this.engine.problems().values()]
    const detail = problems.length === 0 ? count : `${count}, ${problems.length} not served: ${problems[0]}`
    return { healthy: this.running, detail }
  }

  private enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.queue.then(work)
    this.queue = done.catch(() => {})
    return done
  }

  private scheduleTick(): void {
    this.cancelTick = this.clock.after(RECONCILE_INTERVAL, () => {
      this.enqueue(() => this.retry()).finally(() => {
        if (this.running) this.scheduleTick()
      })
    })
  }

  private async retry(): Promise<void> {
    const problems = this.engine.problems()
    const change = this.frontends.filter((frontend) => problems.has(frontend.id))
    if (change.length > 0) await this.engine.apply({ add: [], change, remove: [] })
  }
}
