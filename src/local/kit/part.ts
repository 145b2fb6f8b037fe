/** How a part of the embedded cluster is doing, as `dcos local status` shows it. */
export interface PartHealth {
  healthy: boolean
  /** One line for people, such as `127.0.0.1:7780` or `3 apps, 5 tasks`. */
  detail: string
}

/**
 * One concern of the embedded cluster (store, marathon, agent, l4lb, dns, router …).
 * A part knows no other part: `cluster.ts` creates them, hands each what it needs and
 * carries events between them. Started in order, stopped in reverse.
 */
export interface ClusterPart {
  readonly name: string
  /** Resolves when the part serves; rejects with a `UserError` when the user can mend the cause. */
  start(): Promise<void>
  /** Releases everything the part holds: sockets, children, timers, files. May be called twice. */
  stop(): Promise<void>
  health(): PartHealth
}
