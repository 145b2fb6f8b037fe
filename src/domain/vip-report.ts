import type { PortedApp } from './app-ports.js'
import { declaredVips } from './declared-vips.js'
import { hostPort } from './ip.js'
import type { Backend, Protocol, VipEntry, VipKey } from './vip.js'
import { addressOf } from './vip-address.js'
import { parseVipLabel, vipLabelText } from './vip-label.js'
import { vipHostname } from './vip-name.js'
import { buildVipTable, type VipTask, vipKeyText } from './vip-table.js'

/** A VIP as `vip list` and `vip show` give it; the keys are a contract. Facts that no source tells are null. */
export interface VipReport {
  address: string
  kind: 'named' | 'ip'
  label: string | null
  framework: string | null
  protocol: Protocol
  port: number
  ip: string | null
  connect: string | null
  status: 'healthy' | 'degraded' | 'down'
  apps: string[]
  backends: Backend[]
}

/** Where this machine reaches a VIP; only the embedded cluster tells. */
export interface VipPlace {
  address: string
  protocol: string
  label?: string
  ip: string | null
  connect: string | null
  /** Why `connect` is not the VIP's own place, or null. */
  reason: string | null
}

/** One row of dcos-net's VIP table. */
export interface NetVip {
  /** Full name and port, or address and port; IPv6 without brackets. */
  vip: string
  protocol: string
  backend: { ip: string; port: number }[]
}

/** One record of the cluster's own zones; for SRV `host` is `target:port`. */
export interface NetRecord {
  name: string
  host: string
  rtype: string
}

/** What a cluster tells; null where a source is missing. */
export interface VipFacts {
  /** Live tasks of every framework, from Mesos. */
  tasks: VipTask[] | null
  /** Apps of Marathon. */
  apps: PortedApp[] | null
  /** dcos-net's own table: addresses and backends, nothing about health. */
  netVips: NetVip[] | null
  /** Records of the VIP zone: names and their virtual IPs. */
  records: NetRecord[] | null
  places: VipPlace[] | null
}

/** One report a VIP: everything that tasks carry, what the load balancer knows besides, and what apps declare in vain. */
export function buildVipReports(facts: VipFacts): VipReport[] {
  const reports = new Map<string, VipReport>()
  for (const entry of facts.tasks ? buildVipTable(facts.tasks) : [])
    reports.set(vipKeyText(entry.key), reportOf(entry, facts))
  const declared = (facts.apps ?? []).flatMap((app) => declaredVips(app))
  for (const { key, app } of declared) {
    const id = vipKeyText(key)
    const report = reports.get(id) ?? reportOf(withNetBackends(key, facts), facts)
    reports.set(id, report)
    report.apps = [...new Set([...report.apps, app])].sort()
  }
  const known = new Set([...reports.values()].map((report) => `${report.address} ${report.protocol}`))
  for (const row of facts.netVips ?? [])
    if (!known.has(`${addressOfRow(row.vip)} ${row.protocol}`))
      reports.set(`net ${row.protocol} ${row.vip}`, netReport(row, facts))
  return [...reports.values()].sort(
    (a, b) =>
      compare(a.address, b.address) ||
      compare(a.protocol, b.protocol) ||
      compare(a.label ?? '', b.label ?? ''),
  )
}

/** `healthy`: all backends take traffic; `degraded`: some; `down`: none. Backends of unknown weight count as taking it. */
export function statusOf(backends: readonly Backend[]): VipReport['status'] {
  const taking = backends.filter((backend) => backend.weight !== 0).length
  if (taking === 0) return 'down'
  return taking === backends.length ? 'healthy' : 'degraded'
}

function reportOf({ key, backends }: VipEntry, facts: VipFacts): VipReport {
  const address = addressOf(key)
  const label = vipLabelText(key)
  const place = facts.places?.find(
    (candidate) =>
      candidate.address === address &&
      candidate.protocol === key.protocol &&
      (candidate.label === undefined || candidate.label === label),
  )
  return {
    address,
    kind: key.kind,
    label,
    framework: key.kind === 'named' ? key.framework : null,
    protocol: key.protocol,
    port: key.port,
    ip: place?.ip ?? virtualIp(key, facts),
    connect: place?.connect ?? null,
    status: statusOf(backends),
    apps: [...new Set(backends.flatMap((backend) => backend.app ?? []))].sort(),
    backends: [...backends].sort((a, b) => compare(a.ip, b.ip) || a.port - b.port),
  }
}

function virtualIp(key: VipKey, facts: VipFacts): string | null {
  return key.kind === 'ip' ? key.ip : addressInRecords(vipHostname(key.label, key.framework), facts)
}

/** Two labels that share a name share its records too; then nobody can tell whose address is whose. */
function addressInRecords(name: string, facts: VipFacts): string | null {
  const addresses = (facts.records ?? []).filter((record) => record.name === name && record.rtype === 'A')
  return addresses.length === 1 ? addresses[0]!.host : null
}

/** A declared VIP when Mesos does not tell about tasks: the load balancer's backends, their health unknown. */
function withNetBackends(key: VipKey, facts: VipFacts): VipEntry {
  if (facts.tasks !== null) return { key, backends: [] }
  const address = addressOf(key)
  const rows = (facts.netVips ?? []).filter(
    (row) => addressOfRow(row.vip) === address && row.protocol === key.protocol,
  )
  return { key, backends: rows.flatMap((row) => row.backend.map(unknownBackend)) }
}

/** dcos-net writes an IP VIP as its label does: IPv6 without brackets. */
function addressOfRow(vip: string): string {
  const read = parseVipLabel(vip)
  return read.kind === 'ip' ? hostPort(read.ip, read.port) : vip
}

function netReport(
  row: { vip: string; protocol: string; backend: { ip: string; port: number }[] },
  facts: VipFacts,
): VipReport {
  const read = parseVipLabel(row.vip)
  const host = row.vip.slice(0, row.vip.lastIndexOf(':'))
  const backends = row.backend.map(unknownBackend)
  return {
    address: addressOfRow(row.vip),
    kind: read.kind === 'ip' ? 'ip' : 'named',
    label: null,
    framework: null,
    protocol: row.protocol as Protocol,
    port: Number(row.vip.slice(host.length + 1)),
    ip: read.kind === 'ip' ? read.ip : addressInRecords(host, facts),
    connect: null,
    status: statusOf(backends),
    apps: [],
    backends,
  }
}

function unknownBackend({ ip, port }: { ip: string; port: number }): Backend {
  return { ip, port, task: null, app: null, healthy: null, weight: null }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
