import { AddressPool } from '../domain/allocation.js'
import type { PortedApp } from '../domain/app-ports.js'
import { declaredVips } from '../domain/declared-vips.js'
import { hostPort } from '../domain/ip.js'
import { TASK_ZONE, taskHostname, taskName } from '../domain/names.js'
import type { Frontend, VipEntry } from '../domain/vip.js'
import { addressOf } from '../domain/vip-address.js'
import { vipLabelText } from '../domain/vip-label.js'
import { mangle, vipHostname } from '../domain/vip-name.js'
import { buildVipTable, frontendOf, type VipTask } from '../domain/vip-table.js'
import { messageOf } from '../shared/errors.js'
import { type Collection, unacknowledged } from './kit/store.js'

/** Where a VIP is reached on this machine, as `/local/v1/vips` tells it. */
export interface LocalVipReport {
  address: string
  protocol: string
  /** As written, `/my-app:80`: two spellings of one name are two VIPs. */
  label: string
  ip: string
  connect: string | null
  reason: string | null
}

/** The address that a label was given, as it is kept. */
export interface VipMapping {
  label: string
  framework: string
  address: string
}

/** Addresses of a name. */
export interface Addresses {
  a: string[]
  aaaa: string[]
}

/** What carries the traffic; the load balancer part in a cluster. */
export interface Forwarder {
  sync(frontends: Frontend[]): Promise<void>
  reachable(id: string): { address: string; port: number; reason: string | null } | null
  problem(id: string): string | null
  /** Where a virtual IP is served on this machine when nothing is in the way, null when nowhere. */
  home(ip: string): string | null
}

/**
 * From tasks to names and forwarding: keeps the VIP table, the addresses of named VIPs and everything
 * that is derived from them. Updates are carried out one after the other; those that arrive
 * meanwhile are one.
 */
export class VipDirectory {
  private readonly pool = new AddressPool()
  private served: { entry: VipEntry; ip: string; frontend: Frontend | null }[] = []
  private taskNames = new Map<string, Addresses>()
  private readonly kept: Collection<VipMapping>
  private work: Promise<void> = Promise.resolve()
  private pending = false

  constructor(
    kept: Collection<VipMapping>,
    private readonly forwarder: Forwarder,
    private readonly sources: { tasks: () => VipTask[]; apps: () => PortedApp[] },
    private readonly onNames: (names: Map<string, string>) => void,
    private readonly log: (line: string) => void,
  ) {
    this.kept = unacknowledged(kept, log)
  }

  /** Takes over the addresses that an earlier run gave out. */
  restore(): void {
    for (const [, { label, framework, address }] of this.kept.entries())
      this.pool.adopt(label, framework, address)
  }

  /** Brings everything up to date with the tasks; resolves when traffic flows accordingly. */
  refresh(): Promise<void> {
    if (!this.pending) {
      this.pending = true
      this.work = this.work.then(async () => {
        this.pending = false
        await this.update().catch((error) =>
          this.log(`cannot bring the VIPs up to date: ${messageOf(error)}`),
        )
      })
    }
    return this.work
  }

  table(): VipEntry[] {
    return this.served.map(({ entry }) => entry)
  }

  /** Named VIPs that have backends with their virtual IPs, and tasks; what dcos-net knows. */
  addresses(): { name: string; address: string }[] {
    const found = new Map<string, { name: string; address: string }>()
    for (const { entry, ip } of this.served) {
      if (entry.key.kind !== 'named') continue
      const name = vipHostname(entry.key.label, entry.key.framework)
      found.set(`${name} ${ip}`, { name, address: ip })
    }
    for (const [name, { a, aaaa }] of this.taskNames) {
      if (!name.endsWith(TASK_ZONE)) continue
      for (const address of [...a, ...aaaa]) found.set(`${name} ${address}`, { name, address })
    }
    return [...found.values()]
  }

  localVips(): LocalVipReport[] {
    return this.served.map(({ entry: { key }, ip, frontend }) => {
      const place = frontend && this.forwarder.reachable(frontend.id)
      return {
        address: addressOf(key),
        protocol: key.protocol,
        label: vipLabelText(key),
        ip,
        connect: place && hostPort(place.address, place.port),
        reason: place?.reason ?? (frontend && this.forwarder.problem(frontend.id)),
      }
    })
  }

  /**
   * Names for DNS. VIP names answer with the address where this machine reaches the VIP: a name
   * whose address nobody can open would be of no use.
   */
  records(): { vips: Map<string, Addresses>; tasks: Map<string, Addresses> } {
    const vips = new Map<string, Addresses>()
    for (const { name, address } of this.named()) addTo(vips, name, address)
    return { vips, tasks: this.taskNames }
  }

  private async update(): Promise<void> {
    const live = this.sources.tasks()
    const entries = buildVipTable(live)
    this.allocate(entries)
    this.taskNames = namesOfTasks(live)
    this.served = entries.map((entry) => {
      const { key } = entry
      const ip = key.kind === 'ip' ? key.ip : this.pool.allocate(key.label, key.framework)
      return { entry, ip, frontend: frontendOf(entry, ip) }
    })
    await this.forwarder.sync(this.served.flatMap(({ frontend }) => frontend ?? []))
    this.onNames(new Map(this.named().map(({ name, address }) => [name, address])))
  }

  /**
   * Gives new names their address before old ones are freed, as DC/OS does. An address is kept as long
   * as a backend or an app's definition asks for it, so that a restart moves nothing.
   */
  private allocate(entries: VipEntry[]): void {
    const declared = this.sources.apps().flatMap((app) => declaredVips(app).map(({ key }) => key))
    const wanted = new Set<string>()
    for (const key of [...entries.map((entry) => entry.key), ...declared]) {
      if (key.kind !== 'named') continue
      const id = `${key.framework}\n${key.label}`
      wanted.add(id)
      if (this.pool.find(key.label, key.framework) !== undefined) continue
      const address = this.pool.allocate(key.label, key.framework)
      this.kept.put(id, { label: key.label, framework: key.framework, address })
    }
    for (const { label, framework } of [...this.pool.entries()]) {
      const id = `${framework}\n${label}`
      if (wanted.has(id)) continue
      this.pool.release(label, framework)
      this.kept.remove(id)
    }
  }

  /** Names of VIPs; a name stays while its backends take no new connections. */
  private named(): { name: string; address: string }[] {
    return this.served.flatMap(({ entry: { key }, ip, frontend }) => {
      if (key.kind !== 'named' || frontend === null) return []
      const address = this.forwarder.reachable(frontend.id)?.address ?? this.forwarder.home(ip)
      return address === null ? [] : [{ name: vipHostname(key.label, key.framework), address }]
    })
  }
}

/** Names of running tasks, in DC/OS' own zone and in that of Mesos-DNS (there also with the dots of the app's path). */
function namesOfTasks(tasks: readonly VipTask[]): Map<string, Addresses> {
  const names = new Map<string, Addresses>()
  for (const { state, app, framework, agentIp } of tasks) {
    if (state !== 'TASK_RUNNING' || app === null) continue
    const name = taskName(app)
    for (const kind of ['autoip', 'agentip', 'containerip'] as const)
      addTo(names, taskHostname(kind, name, framework), agentIp)
    for (const form of [name, mangle(name)]) addTo(names, `${form}.${framework}.mesos`, agentIp)
  }
  return names
}

/** Names are looked up in lower case. */
function addTo(map: Map<string, Addresses>, name: string, address: string): void {
  const known = map.get(name.toLowerCase()) ?? { a: [], aaaa: [] }
  map.set(name.toLowerCase(), known)
  const list = address.includes(':') ? known.aaaa : known.a
  if (!list.includes(address)) list.push(address)
}
