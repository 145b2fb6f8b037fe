/** Protocols a VIP can carry (the load balancer of DC/OS knows no other). */
export type Protocol = 'tcp' | 'udp'

/**
 * Where traffic of a VIP can go. `weight` 1 takes new connections, 0 keeps existing ones only.
 * `healthy` is what Mesos says: null where nothing is known.
 */
export interface Backend {
  ip: string
  port: number
  /** Mesos task id, null when the source does not tell. */
  task: string | null
  /** Marathon app id, null when the task belongs to no Marathon app. */
  app: string | null
  healthy: boolean | null
  weight: 0 | 1 | null
}

/**
 * Identity of a VIP, as the load balancer keys it: named VIPs by the label and framework *as written*
 * (not mangled), IP VIPs by their address; protocol and port belong to both.
 */
export type VipKey =
  | { kind: 'named'; protocol: Protocol; label: string; framework: string; port: number }
  | { kind: 'ip'; protocol: Protocol; ip: string; port: number }

/** One row of the VIP table: a key and the backends that carry it now. */
export interface VipEntry {
  key: VipKey
  backends: Backend[]
}

/**
 * What the forwarding engine of the embedded cluster is given: one listening VIP.
 * `id` is the text of the key with the address it is served at, unique in the table.
 */
export interface Frontend {
  id: string
  protocol: Protocol
  /** The virtual IP: allocated for a named VIP (11.A.B.C), the literal address of an IP VIP. */
  ip: string
  port: number
  backends: { ip: string; port: number; weight: 0 | 1 }[]
}

/** Difference between two tables of frontends; what the engine applies. */
export interface FrontendPlan {
  add: Frontend[]
  change: Frontend[]
  /** Ids. */
  remove: string[]
}
