import type { MesosTaskJson } from '../../../domain/mesos-state.js'
import { taskName } from '../../../domain/names.js'
import type { VipTask } from '../../../domain/vip-table.js'
import type { RouterSources } from './sources.js'

const DOMAIN = { fault_domain: { region: { name: 'local' }, zone: { name: 'a' } } }
const NO_RESOURCES = { cpus: 0, mem: 0, disk: 0, gpus: 0 }

/** The Mesos whose answers are followed. */
const MESOS_VERSION = '1.11.0'

const COUNTED_STATES = ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING']

/** `/mesos/state`: one master, one agent, one framework, and the tasks that are alive. */
export function mesosState(sources: RouterSources): Record<string, unknown> {
  const { agent, frameworkId } = sources
  const tasks = sources.tasks().map((task) => taskJson(task, sources))
  return {
    id: sources.clusterId,
    version: MESOS_VERSION,
    pid: `master@${agent.ip}:5050`,
    hostname: agent.host,
    cluster: sources.clusterName,
    leader: `master@${agent.ip}:5050`,
    domain: DOMAIN,
    slaves: [
      {
        id: agent.id,
        hostname: agent.host,
        port: 5051,
        pid: `slave(1)@${agent.ip}:5051`,
        attributes: {},
        active: true,
        domain: DOMAIN,
        registered_time: sources.startedAt / 1000,
        version: MESOS_VERSION,
        // What the machine has is not rationed.
        resources: { ...NO_RESOURCES, ports: '[31000-32000]' },
      },
    ],
    frameworks: [
      {
        id: frameworkId,
        name: 'marathon',
        hostname: agent.host,
        active: true,
        user: 'root',
        role: 'slave_public',
        webui_url: `http://${agent.host}:8080`,
        resources: NO_RESOURCES,
        tasks,
        completed_tasks: [],
      },
    ],
    completed_frameworks: [],
  }
}

/** `/mesos/state-summary`: the state with numbers of tasks in their place. */
export function mesosSummary(sources: RouterSources): Record<string, unknown> {
  const { hostname, cluster, slaves, frameworks } = mesosState(sources) as Record<string, object[] | string>
  const tasks = sources.tasks()
  const counts = Object.fromEntries(
    COUNTED_STATES.map((state) => [state, tasks.filter((task) => task.state === state).length]),
  )
  const bare = (frameworks as Record<string, unknown>[]).map(
    ({ tasks: _, completed_tasks: __, ...rest }) => ({ ...rest, ...counts }),
  )
  const agents = (slaves as object[]).map((agent) => ({ ...agent, ...counts }))
  return { hostname, cluster, slaves: agents, frameworks: bare }
}

function taskJson(task: VipTask, sources: RouterSources): MesosTaskJson & Record<string, unknown> {
  const name = taskName(task.app ?? task.id)
  const addresses = task.ips.map((ip) => ({ ip_address: ip, protocol: 'IPv4' }))
  const container = { container_id: { value: task.id }, network_infos: [{ ip_addresses: addresses }] }
  return {
    id: task.id,
    name,
    framework_id: sources.frameworkId,
    executor_id: '',
    slave_id: sources.agent.id,
    state: task.state,
    labels: labelsJson(task.labels),
    resources: { ...NO_RESOURCES, ports: `[${task.hostPorts.map((port) => `${port}-${port}`).join(', ')}]` },
    ...(task.hasHealthCheck ? { health_check: { type: 'UNKNOWN' } } : {}),
    statuses: [
      {
        state: task.state,
        timestamp: sources.now() / 1000,
        ...(task.healthy === null ? {} : { healthy: task.healthy }),
        container_status: container,
      },
    ],
    discovery: {
      visibility: 'FRAMEWORK',
      name,
      ports: {
        ports: task.ports.map((port) => ({
          number: port.number,
          ...(port.name === undefined ? {} : { name: port.name }),
          protocol: port.protocol,
          labels: { labels: labelsJson(port.labels) },
        })),
      },
    },
  }
}

function labelsJson(labels: readonly [string, string][]): { key: string; value: string }[] {
  return labels.map(([key, value]) => ({ key, value }))
}
