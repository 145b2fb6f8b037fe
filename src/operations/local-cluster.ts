/** Where the embedded cluster runs, as `local up --json` and `local status --json` tell it. */
export interface RunningReport {
  clusterId: string
  pid: number
  url: string
  dns: string
  engine: string
  version: string
  startedAt: string
}

/** The embedded cluster, from outside. */
export interface ClusterControl {
  find(): Promise<RunningReport | null>
  startDetached(order: { port: number; dnsPort: number }): Promise<RunningReport>
  identity(): { clusterId: string; token: string }
}

/** Where the program remembers clusters. */
export interface ClusterBook {
  save(record: { id: string; name: string; url: string; token: string }): Promise<void>
  attach(id: string): Promise<void>
}

/** The embedded cluster's name in the book. */
const LOCAL_NAME = 'local'

/** Starts the cluster, or finds it running, and attaches to it. */
export async function bringUp(
  control: ClusterControl,
  book: ClusterBook,
  order: { port: number; dnsPort: number },
): Promise<{ running: RunningReport; started: boolean }> {
  const known = await control.find()
  const running = known ?? (await control.startDetached(order))
  await attachTo(running, control, book)
  return { running: reportOf(running), started: known === null }
}

/** What is told of a running cluster, in this order, whatever else its state file holds. */
export function reportOf(running: RunningReport): RunningReport {
  const { clusterId, pid, url, dns, engine, version, startedAt } = running
  return { clusterId, pid, url, dns, engine, version, startedAt }
}

/** Writes the cluster into the book and makes it the current one. */
export async function attachTo(
  running: RunningReport,
  control: ClusterControl,
  book: ClusterBook,
): Promise<void> {
  const { clusterId, token } = control.identity()
  await book.save({ id: clusterId, name: LOCAL_NAME, url: running.url, token })
  await book.attach(clusterId)
}
