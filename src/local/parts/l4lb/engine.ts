import type { Frontend, FrontendPlan } from '../../../domain/vip.js'

/** Where a frontend accepts traffic on this machine now. */
export interface Reachable {
  address: string
  port: number
  /** One sentence saying why this is not the VIP's own place, null when it is. */
  reason: string | null
}

/** Traffic of one frontend at this moment. A TCP connection or a UDP flow counts as one. */
export interface FrontendStats {
  active: number
  /** Backends in the table, and removed ones that still carry connections (weight 0). */
  backends: { ip: string; port: number; weight: 0 | 1; active: number }[]
}

/**
 * Carries the traffic of VIPs to their backends. The load balancer part computes the plans; an engine
 * only applies them, so an engine can be replaced by another one.
 */
export interface ForwardingEngine {
  /**
   * Applies a plan. Applying one twice is harmless: adding what is there changes it, changing what is
   * missing adds it, removing what is missing does nothing. A frontend that cannot be served is left out
   * of `connections()` and never keeps the others from being served; naming it again tries again.
   */
  apply(plan: FrontendPlan): Promise<void>
  /** Frontends that accept new traffic now, by id. Absent: refused or not served on this machine. */
  connections(): Map<Frontend['id'], Reachable>
  /** Frontends that should accept traffic and cannot, by id, with one sentence why. */
  problems(): Map<Frontend['id'], string>
  stats(): Map<Frontend['id'], FrontendStats>
  /** Ends every connection and releases every socket. May be called twice. */
  stop(): Promise<void>
}
