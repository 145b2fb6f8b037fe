import type { Frontend, FrontendPlan } from '../../../domain/vip.js'
import { type Clock, systemClock } from '../../../shared/clock.js'
import type { ForwardingEngine, FrontendStats, Reachable } from './engine.js'
import { TcpFrontend } from './tcp-frontend.js'
import { UdpFrontend } from './udp-frontend.js'

/**
 * Forwards VIP traffic through this process, without any privilege: a virtual IP 11.A.B.C is served at
 * 127.A.B.C. Clients of a removed VIP keep their open TCP connections, as on a cluster.
 */
export class UserspaceEngine implements ForwardingEngine {
  private readonly frontends = new Map<string, TcpFrontend | UdpFrontend>()
  /** Removed VIPs whose last connections are still open. */
  private readonly leaving = new Set<TcpFrontend | UdpFrontend>()
  private queue: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(private readonly clock: Clock = systemClock) {}

  apply(plan: FrontendPlan): Promise<void> {
    const done = this.queue.then(() => this.applyNow(plan))
    this.queue = done.catch(() => {})
    return done
  }

  connections(): Map<string, Reachable> {
    return this.collect((frontend) => frontend.reachable)
  }

  problems(): Map<string, string> {
    return this.collect((frontend) => frontend.problem)
  }

  stats(): Map<string, FrontendStats> {
    return this.collect((frontend) => frontend.stats())
  }

  async stop(): Promise<void> {
    this.stopped = true
    await this.queue
    await Promise.all([...this.frontends.values(), ...this.leaving].map((frontend) => frontend.stop()))
    this.frontends.clear()
    this.leaving.clear()
  }

  private async applyNow(plan: FrontendPlan): Promise<void> {
    if (this.stopped) return
    // Places are freed before others want them.
    for (const id of plan.remove) this.remove(id)
    await Promise.all([...plan.add, ...plan.change].map((frontend) => this.put(frontend)))
  }

  private put(wanted: Frontend): Promise<void> {
    let frontend = this.frontends.get(wanted.id)
    if (frontend === undefined) {
      const Kind = wanted.protocol === 'tcp' ? TcpFrontend : UdpFrontend
      frontend = new Kind(wanted, this.clock)
      this.frontends.set(wanted.id, frontend)
    }
    return frontend.update(wanted)
  }

  private remove(id: string): void {
    const frontend = this.frontends.get(id)
    if (frontend === undefined) return
    this.frontends.delete(id)
    frontend.close()
    for (const gone of this.leaving) if (gone.stats().active === 0) this.leaving.delete(gone)
    if (frontend.stats().active > 0) this.leaving.add(frontend)
  }

  private collect<Value>(read: (frontend: TcpFrontend | UdpFrontend) => Value | null): Map<string, Value> {
    const values = new Map<string, Value>()
    for (const [id, frontend] of this.frontends) {
      const value = read(frontend)
      if (value !== null) values.set(id, value)
    }
    return values
  }
}
