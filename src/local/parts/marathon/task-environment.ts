import type { NormalizedApp } from '../../../definitions/app.js'
import type { AgentIdentity } from './model.js'

/** A declared port with what a task got for it. */
export interface AssignedPort {
  /** What the definition asked for: `portDefinitions[].port` or `portMappings[].containerPort`. */
  requested: number
  name?: string
  /** Host port, null where the network gives none. */
  hostPort: number | null
  /** Where the task is to listen: the host port, else the container port. */
  effective: number
}

const MAX_LABEL_KEY = 493
const MAX_LABEL_VALUE = 512

/**
 * The environment Marathon gives a task; later entries win over earlier ones: context, ports, the
 * app's own. Source: Marathon 1.11, `mesos/EnvironmentHelper.scala` and `mesos/TaskBuilder.scala`.
 */
export function taskEnvironment(
  app: NormalizedApp,
  taskId: string,
  ports: readonly AssignedPort[],
  agent: AgentIdentity,
): Record<string, string> {
  return { ...context(app, taskId), ...portVariables(ports), HOST: agent.host, ...ownVariables(app) }
}

function context(app: NormalizedApp, taskId: string): Record<string, string> {
  const env: Record<string, string> = {
    MESOS_TASK_ID: taskId,
    MARATHON_APP_ID: app.id,
    MARATHON_APP_VERSION: app.version,
    MARATHON_APP_RESOURCE_CPUS: decimal(app.cpus),
    MARATHON_APP_RESOURCE_MEM: decimal(app.mem),
    MARATHON_APP_RESOURCE_DISK: decimal(app.disk),
    MARATHON_APP_RESOURCE_GPUS: String(app.gpus),
    MARATHON_APP_ENFORCE_GROUP_ROLE: 'FALSE',
  }
  const labels = Object.entries(app.labels).filter(
    ([key, value]) => key.length < MAX_LABEL_KEY && value.length < MAX_LABEL_VALUE,
  )
  env.MARATHON_APP_LABELS = labels.map(([key]) => variableName(key)).join(' ')
  for (const [key, value] of labels) env[`MARATHON_APP_LABEL_${variableName(key)}`] = value
  return env
}

function portVariables(ports: readonly AssignedPort[]): Record<string, string> {
  const env: Record<string, string> = {}
  ports.forEach((port, index) => {
    const value = String(port.effective)
    env[`PORT${index}`] = value
    env[`PORT_${port.requested === 0 ? port.effective : port.requested}`] = value
    if (port.name) env[`PORT_${port.name.toUpperCase()}`] = value
  })
  const given = ports.filter(({ hostPort }) => hostPort !== null)
  const generated = ports.filter(({ hostPort, requested }) => hostPort === null && requested === 0)
  const own = [...given, ...generated].map(({ effective }) => String(effective))
  if (ports.length > 0) env.PORTS = own.join(',')
  if (own[0] !== undefined) env.PORT = own[0]
  return env
}

/** References to secrets are left out: no secret store is here to resolve them. */
function ownVariables(app: NormalizedApp): Record<string, string> {
  const pairs = Object.entries(app.env ?? {}).filter(([, value]) => typeof value === 'string')
  return Object.fromEntries(pairs) as Record<string, string>
}

function variableName(key: string): string {
  return key.replace(/[^a-zA-Z0-9_]+/g, '_').toUpperCase()
}

function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
