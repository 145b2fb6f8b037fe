import { isIPv4 } from 'node:net'
import { MARATHON_FRAMEWORK } from './vip-name.js'
import type { VipTask } from './vip-table.js'

type Labels = { key: string; value?: string }[]

/** A task as `/mesos/state` shows it: the fields that VIPs depend on. */
export interface MesosTaskJson {
  id: string
  name?: string
  framework_id?: string
  slave_id?: string
  state?: string
  labels?: Labels
  /** Port ranges of the task's resources, `[31000-31001, 31007-31007]`. */
  resources?: { ports?: string; [resource: string]: unknown }
  health_check?: unknown
  statuses?: {
    state?: string
    timestamp?: number
    healthy?: boolean
    container_status?: { network_infos?: { ip_addresses?: { ip_address?: string }[] }[] }
  }[]
  discovery?: {
    name?: string
    visibility?: string
    ports?: {
      ports?: { number?: number; name?: string; protocol?: string; labels?: { labels?: Labels } }[]
    }
  }
}

/** The part of Mesos' state that VIPs are read from. */
export interface MesosStateJson {
  slaves?: { id: string; hostname?: string; pid?: string }[]
  frameworks?: { id: string; name?: string; tasks?: MesosTaskJson[] }[]
}

/** The tasks of every framework, as the load balancer looks at them. Tasks on unknown agents are left out. */
export function tasksOfState(state: MesosStateJson): VipTask[] {
  const agents = new Map((state.slaves ?? []).map((agent) => [agent.id, agentIp(agent)]))
  return (state.frameworks ?? []).flatMap((framework) =>
    (framework.tasks ?? []).flatMap((task) => {
      const ip = agents.get(task.slave_id ?? '')
      return ip === undefined ? [] : [vipTask(task, framework.name ?? framework.id, ip)]
    }),
  )
}

/** The Marathon app a task belongs to by its id; null when the id has another shape. Source: Marathon 1.11, `core/task/Task.scala`. */
export function appOfTask(taskId: string): string | null {
  const match =
    /^(.+)\.(?:instance-|marathon-)[^_.]+[._][^.]+(?:\.\d+)?$/.exec(taskId) ??
    /^(.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.\d+)?$/.exec(taskId)
  return match ? `/${match[1]!.split('_').join('/')}` : null
}

function vipTask(task: MesosTaskJson, framework: string, ip: string): VipTask {
  const status = [...(task.statuses ?? [])].sort((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0))[0]
  const addresses = (status?.container_status?.network_infos ?? []).flatMap((info) =>
    (info.ip_addresses ?? []).flatMap(({ ip_address }) => ip_address ?? []),
  )
  return {
    id: task.id,
    framework,
    app: framework === MARATHON_FRAMEWORK ? appOfTask(task.id) : null,
    state: task.state ?? '',
    healthy: status?.healthy ?? null,
    hasHealthCheck: task.health_check !== undefined,
    agentIp: ip,
    ips: addresses,
    ports: (task.discovery?.ports?.ports ?? []).map((port) => ({
      number: port.number ?? 0,
      protocol: port.protocol,
      ...(port.name === undefined ? {} : { name: port.name }),
      labels: pairs(port.labels?.labels),
    })),
    labels: pairs(task.labels),
    hostPorts: portsOf(task.resources?.ports),
  }
}

/** An agent's address stands in its pid, `slave(1)@10.0.0.5:5051`; its hostname is one on most clusters. */
function agentIp(agent: { hostname?: string; pid?: string }): string {
  const fromPid = /@(\d+\.\d+\.\d+\.\d+):\d+$/.exec(agent.pid ?? '')?.[1]
  return isIPv4(agent.hostname ?? '') ? agent.hostname! : (fromPid ?? agent.hostname ?? '')
}

function pairs(labels: Labels | undefined): [string, string][] {
  return (labels ?? []).map(({ key, value }) => [key, value ?? ''])
}

/** Ports of a Mesos range text in order. */
function portsOf(ranges: string | undefined): number[] {
  return [...(ranges ?? '').matchAll(/(\d+)-(\d+)/g)].flatMap(([, from, to]) =>
    Array.from({ length: Math.max(0, Number(to) - Number(from) + 1) }, (_, i) => Number(from) + i),
  )
}
