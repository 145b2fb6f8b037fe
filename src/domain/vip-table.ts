import { isIPv6 } from 'node:net'
import type { Backend, Frontend, Protocol, VipEntry, VipKey } from './vip.js'
import { isVipKey, MAX_PORT, parseVipLabel } from './vip-label.js'

/** A port as Mesos announces it to service discovery (`DiscoveryInfo.ports`). */
export interface DiscoveryPort {
  number: number
  /** `tcp` or `udp` in any case; ports of another protocol carry no VIP, one without takes all VIPs of its task away. */
  protocol?: string
  name?: string
  /** Label pairs, including `network-scope` and `network-name` that Marathon adds. */
  labels: [key: string, value: string][]
}

/** A Mesos task as far as the load balancer looks at it. */
export interface VipTask {
  id: string
  /** Framework *name*, `marathon` for the root Marathon. */
  framework: string
  /** Marathon app id, null for tasks of other frameworks. */
  app: string | null
  /** Mesos state, `TASK_RUNNING` and so on. */
  state: string
  /** `healthy` of the newest status, null when it has none. */
  healthy: boolean | null
  /** Whether Mesos itself checks the task's health. */
  hasHealthCheck: boolean
  agentIp: string
  /** The task's own addresses; the agent's on host networking. */
  ips: string[]
  ports: DiscoveryPort[]
  /** Labels of the task (the app's), read for the old `VIP_PORT<n>` form only. */
  labels: [key: string, value: string][]
  /** Host ports of the task's resources, in order; what `VIP_PORT<n>` counts. */
  hostPorts: number[]
}

/**
 * Weight of a task's backends: 1 takes new connections, 0 keeps existing ones, null is no backend.
 * A check without a result counts as failing. Source: dcos-net ≥ 1.13.8, `dcos_net_mesos_listener`.
 */
export function backendWeight(task: Pick<VipTask, 'state' | 'healthy' | 'hasHealthCheck'>): 0 | 1 | null {
  if (task.state === 'TASK_KILLING') return 0
  if (task.state !== 'TASK_RUNNING') return null
  return takesTraffic(task) ? 1 : 0
}

/**
 * The VIP table: every VIP that a task carries, with its backends. Tasks with an identical key are
 * united, whatever app they belong to; equal backends collapse into the one that takes traffic. Labels that
 * cannot be read are left out in silence, as the cluster does it. Sorted by protocol, IP VIPs first, the named
 * ones as the cluster walks them (label, framework, port).
 */
export function buildVipTable(tasks: Iterable<VipTask>): VipEntry[] {
  const table = new Map<string, { key: VipKey; backends: Map<string, Backend> }>()
  for (const task of tasks) {
    const weight = backendWeight(task)
    if (weight === null) continue
    for (const { key, port } of vipsOfTask(task)) {
      const id = vipKeyText(key)
      const entry = table.get(id) ?? { key, backends: new Map<string, Backend>() }
      table.set(id, entry)
      for (const ip of backendIps(task, port, key)) {
        const place = `${ip} ${port.number}`
        if ((entry.backends.get(place)?.weight ?? -1) >= weight) continue
        entry.backends.set(place, {
          ip,
          port: port.number,
          task: task.id,
          app: task.app,
          healthy: takesTraffic(task),
          weight,
        })
      }
    }
  }
  return [...table.values()]
    .map(({ key, backends }) => ({ key, backends: [...backends.values()] }))
    .sort((a, b) => compareKeys(a.key, b.key))
}

/** Unique text of a key. */
export function vipKeyText(key: VipKey): string {
  // Quoted, so that a framework's name with blanks in it ends where it ends.
  return key.kind === 'named'
    ? `${key.protocol} ${JSON.stringify(key.framework)} ${key.port} ${key.label}`
    : `${key.protocol} ip ${key.port} ${key.ip}`
}

/**
 * The frontend of one VIP at its virtual IP, with the backends of that family. Null when the port does
 * not fit into a packet: the kernel never serves such a VIP.
 */
export function frontendOf({ key, backends }: VipEntry, ip: string): Frontend | null {
  if (key.port > MAX_PORT) return null
  return {
    id: `${vipKeyText(key)} @ ${ip}`,
    protocol: key.protocol,
    ip,
    port: key.port,
    backends: backends
      .filter((backend) => isIPv6(backend.ip) === isIPv6(ip))
      .map((backend) => ({ ip: backend.ip, port: backend.port, weight: backend.weight ?? 0 })),
  }
}

/**
 * Every VIP of one task with the discovery port that carries it. Where the load balancer cannot make sense
 * of one port, it gives up on all ports of the task. Source: dcos-net, `dcos_net_mesos_listener`.
 */
export function vipsOfTask(task: VipTask): { key: VipKey; port: DiscoveryPort }[] {
  const legacy = legacyVips(task)
  if (legacy === null || !task.ports.every(isUnderstood)) return []
  const found = task.ports.flatMap((port) => {
    const protocol = port.protocol?.toLowerCase()
    if ((protocol !== 'tcp' && protocol !== 'udp') || port.number === 0) return []
    return port.labels.flatMap(([labelKey, value]) => {
      const key = isVipKey(labelKey) ? vipKeyOf(value, protocol, task.framework) : null
      return key === null ? [] : [{ key, port }]
    })
  })
  return [...found, ...legacy]
}

function isUnderstood(port: DiscoveryPort): boolean {
  const scope = scopeOf(port)
  return port.protocol !== undefined && (scope === undefined || scope === 'host' || scope === 'container')
}

function scopeOf(port: DiscoveryPort): string | undefined {
  return port.labels.find(([label]) => label === 'network-scope')?.[1]
}

/** The key that a label value gives on a port of this protocol, null when it is dropped. */
export function vipKeyOf(value: string, protocol: Protocol, framework: string): VipKey | null {
  const vip = parseVipLabel(value)
  if (vip.kind === 'dropped') return null
  return vip.kind === 'ip'
    ? { kind: 'ip', protocol, ip: vip.ip, port: vip.port }
    : { kind: 'named', protocol, label: vip.label, framework, port: vip.port }
}

/** The old task-level form: `VIP_PORT0` = `tcp://name:port`, the index counting host ports. Null = out of range. */
function legacyVips(task: VipTask): { key: VipKey; port: DiscoveryPort }[] | null {
  const found: { key: VipKey; port: DiscoveryPort }[] = []
  for (const [labelKey, value] of task.labels) {
    const index = /^VIP_PORT([+]?\d+)$/i.exec(labelKey)
    const scheme = /^(tcp|udp):\/\/(.*)$/s.exec(value)
    if (!index || !scheme) continue
    const number = task.hostPorts[Number(index[1])]
    if (number === undefined) return null
    const protocol = scheme[1] as Protocol
    const key = vipKeyOf(scheme[2]!, protocol, task.framework)
    if (key !== null) found.push({ key, port: { number, protocol, labels: [['network-scope', 'host']] } })
  }
  return found
}

/**
 * A port with a host port is reached at the agent, any other at each of the task's own addresses, which are
 * the agent's where Mesos names none. An IP VIP takes those of its own family.
 */
function backendIps(task: VipTask, port: DiscoveryPort, key: VipKey): string[] {
  if (scopeOf(port) === 'host') return [task.agentIp]
  const ips = task.ips.length > 0 ? task.ips : [task.agentIp]
  return key.kind === 'named' ? ips : ips.filter((ip) => isIPv6(ip) === isIPv6(key.ip))
}

function takesTraffic(task: Pick<VipTask, 'healthy' | 'hasHealthCheck'>): boolean {
  return task.healthy ?? !task.hasHealthCheck
}

function compareKeys(a: VipKey, b: VipKey): number {
  const parts = (key: VipKey): (string | number)[] =>
    key.kind === 'named'
      ? [key.protocol, 1, key.label, key.framework, key.port]
      : [key.protocol, 0, key.ip, '', key.port]
  const left = parts(a)
  const right = parts(b)
  for (let i = 0; i < left.length; i++) {
    if (left[i]! < right[i]!) return -1
    if (left[i]! > right[i]!) return 1
  }
  return 0
}
