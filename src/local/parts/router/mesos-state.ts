import type { MesosTaskJson } from '../../../domain/mesos-state.js'
import { taskName } from '../../../domain/names.js'
import type { VipTask } from '../../../domain/vip-table.js'
import type { RouterSources } from './sources.js'

/** The Mesos whose answers are followed. */
const MESOS_VERSION = '1.11.0'

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
    slaves: [
      {
        id: agent.id,
        hostname: agent.host,
        port: 5051,
        pid: `slave(1)@${agent.ip}:5051`,
        attributes: {},
        active: true,
        version: MESOS_VERSION,
        resources: { cpus: 0, mem: 0, disk: 0, gpus: 0, ports: '[31000-32000]' },
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
        tasks,
        completed_tasks: [],
      },
    ],
    completed_frameworks: [],
  }
}

/** `/mesos/state-summary`: the state without its tasks. */
export function mesosSummary(sources: RouterSources): Record<string, unknown> {
  const { hostname, cluster, slaves, frameworks } = mesosState(sources) as Record<string, object[] | string>
  const bare = (frameworks as Record<string, unknown>[]).map(
    ({ tasks: _, completed_tasks: __, ...rest }) => rest,
  )
  return { hostname, cluster, slaves, frameworks: bare }
}

function taskJson(task: VipTask, sources: RouterSources): MesosTaskJson & Record<string, unknown> {
  const name = taskName(task.app ?? task.id)
  return {
    id: task.id,
    name,
    framework_id: sources.frameworkId,
    executor_id: '',
    slave_id: sources.agent.id,
    state: task.state,
    labels: labelsJson(task.labels),
    resources: { ports: `[${task.hostPorts.map((port) => `${port}-${port}`).join(', ')}]` },
    ...(task.hasHealthCheck ? { health_check: { type: 'UNKNOWN' } } : {}),
    statuses: [
      {
        state: task.state,
        timestamp: sources.now() / 1000,
        ...(task.healthy === null ? {} : { healthy: task.healthy }),
        container_status: {
          network_infos: [{ ip_addresses: task.ips.map((ip) => ({ ip_address: ip, protocol: 'IPv4' })) }],
        },
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
