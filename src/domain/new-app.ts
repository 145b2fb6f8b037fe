import type { NetworkMode } from './app-ports.js'
import { type Publish, protocolText } from './publish.js'

/** What `vip create` and its questions gather about a new app. */
export interface NewApp {
  id: string
  /** Text before the port in VIP labels: `/my-service`, or an IP address for an IP VIP. */
  label: string
  publish: Publish[]
  cmd?: string
  image?: string
  network: { mode: NetworkMode; name?: string }
  instances: number
  cpus: number
  mem: number
  env: Record<string, string>
  labels: Record<string, string>
  healthCheck?: HealthCheckWish
}

/** A health check as `--health-check` gives it. */
export type HealthCheckWish =
  | { kind: 'http'; path: string }
  | { kind: 'tcp' }
  | { kind: 'command'; command: string }

/** The JSON of an app, as it is sent. */
export type AppJson = Record<string, unknown> & { id: string }

/**
 * The definition of a new app with its VIPs, the same that DC/OS' web form writes: `portDefinitions` on
 * host networking, `container.portMappings` in a container network, one entry a service endpoint, its VIP
 * label keyed by its row. Health checks are Mesos-level ones, since the load balancer sees no others.
 */
export function newApp(wish: NewApp): AppJson {
  const host = wish.network.mode === 'host'
  const fixedPorts = wish.publish.some((publish) => publish.containerPort !== 0)
  const container = {
    ...(wish.image === undefined && host ? {} : { type: 'MESOS' }),
    ...(wish.image === undefined ? {} : { docker: { image: wish.image } }),
    ...(host ? {} : { portMappings: wish.publish.map((p, row) => portMapping(wish, p, row)) }),
  }
  return {
    id: wish.id,
    ...(wish.cmd === undefined ? {} : { cmd: wish.cmd }),
    cpus: wish.cpus,
    mem: wish.mem,
    instances: wish.instances,
    networks: [wish.network.name === undefined ? { mode: wish.network.mode } : wish.network],
    ...(host ? { portDefinitions: wish.publish.map((p, row) => portDefinition(wish, p, row)) } : {}),
    ...(host && fixedPorts ? { requirePorts: true } : {}),
    ...(Object.keys(container).length > 0 ? { container } : {}),
    ...(wish.healthCheck ? { healthChecks: [healthCheck(wish.healthCheck)] } : {}),
    ...(Object.keys(wish.env).length > 0 ? { env: wish.env } : {}),
    ...(Object.keys(wish.labels).length > 0 ? { labels: wish.labels } : {}),
  }
}

/** The value of a VIP label. IPv6 literals stand without brackets, the form the cluster reads. */
export function labelValue(label: string, port: number): string {
  return `${label}:${port}`
}

function portDefinition(wish: NewApp, publish: Publish, row: number): Record<string, unknown> {
  return {
    port: publish.containerPort,
    protocol: protocolText(publish.protocols),
    ...(publish.name === undefined ? {} : { name: publish.name }),
    labels: vipLabel(wish, publish, row),
  }
}

function portMapping(wish: NewApp, publish: Publish, row: number): Record<string, unknown> {
  const bridge = wish.network.mode === 'container/bridge'
  const hostPort = publish.hostPort ?? (bridge ? 0 : undefined)
  return {
    containerPort: publish.containerPort,
    ...(hostPort === undefined ? {} : { hostPort }),
    protocol: protocolText(publish.protocols),
    ...(publish.name === undefined ? {} : { name: publish.name }),
    labels: vipLabel(wish, publish, row),
  }
}

function vipLabel(wish: NewApp, publish: Publish, row: number): Record<string, string> {
  return { [`VIP_${row}`]: labelValue(wish.label, publish.vipPort) }
}

/** Times in seconds: a task is offered traffic soon after it answers, and given up after three misses. */
function healthCheck(wish: HealthCheckWish): Record<string, unknown> {
  const timing = {
    delaySeconds: 1,
    gracePeriodSeconds: 60,
    intervalSeconds: 5,
    timeoutSeconds: 5,
    maxConsecutiveFailures: 3,
  }
  switch (wish.kind) {
    case 'http':
      return { protocol: 'MESOS_HTTP', path: wish.path, portIndex: 0, ...timing }
    case 'tcp':
      return { protocol: 'MESOS_TCP', portIndex: 0, ...timing }
    case 'command':
      return { protocol: 'COMMAND', command: { value: wish.command }, ...timing }
  }
}
