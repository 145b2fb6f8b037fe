import { type AppPort, effectivePorts, networkMode, type PortedApp, vipLabelsOf } from './app-ports.js'
import { autoipName, vipAddress } from './names.js'
import { parseVipLabel } from './vip-label.js'
import { MARATHON_FRAMEWORK } from './vip-name.js'

/** What the endpoints of a plain Marathon app are made from. */
export interface EndpointApp extends PortedApp {
  labels?: Record<string, string>
  tasks?: {
    id: string
    state?: string
    host?: string
    ports?: number[]
    ipAddresses?: { ipAddress: string }[]
  }[]
}

/** An endpoint as services report it: one `address` and one `dns` a task, in the same order. */
export interface EndpointBlob {
  address: string[]
  dns: string[]
  vip?: string
}

/** A service's name without outer or doubled slashes (`/path//to/kafka` → `path/to/kafka`); null when it cannot be one. */
export function plainServiceName(text: string): string | null {
  const segments = text.split('/').filter((segment) => segment !== '')
  return segments.length === 0 || segments.some((segment) => segment === '.' || segment === '..')
    ? null
    : segments.join('/')
}

/**
 * The service that a service command speaks to: what is configured as `<module>.service_name`, else the
 * module's own name without `beta-`. Source: dcos-commons, `cli/commands.go`.
 */
export function serviceNameOf(module: string, config: (key: string) => string | undefined): string {
  return config(`${module}.service_name`) || module.replace(/^beta-/, '')
}

/** The name under which Admin Router routes to an app, null when the app has none. */
export function routedName(app: EndpointApp): string | null {
  const name = app.labels?.DCOS_SERVICE_NAME
  return name ? plainServiceName(name) : null
}

/** Whether an app is a scheduler built with the DC/OS SDK; its endpoints are those of the service, never its own ports. */
export function isSdkScheduler(app: EndpointApp): boolean {
  return app.labels?.DCOS_COMMONS_API_VERSION !== undefined
}

/** The endpoints of a plain app: its ports by name, an unnamed one as `port<index>`. */
export function appEndpointNames(app: EndpointApp): string[] {
  return [...new Set(portsOf(app).map(endpointName))]
}

/** One endpoint of a plain app, over the tasks that run; null when no port has that name. */
export function appEndpoint(app: EndpointApp, endpoint: string): EndpointBlob | null {
  const ports = portsOf(app)
  const index = ports.findIndex((port, at) => endpointName(port, at) === endpoint)
  if (index < 0) return null
  const onHost = hostPortIndex(app, ports, index)
  const name = autoipName(app.id, MARATHON_FRAMEWORK)
  const blob: EndpointBlob = { address: [], dns: [] }
  const running = (app.tasks ?? []).filter((task) => (task.state ?? 'TASK_RUNNING') === 'TASK_RUNNING')
  for (const task of running.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const port = onHost === null ? ports[index]!.containerPort : task.ports?.[onHost]
    const host = onHost === null ? task.ipAddresses?.[0]?.ipAddress : task.host
    if (!port || !host) continue
    blob.address.push(`${host.includes(':') ? `[${host}]` : host}:${port}`)
    blob.dns.push(`${name}:${port}`)
  }
  const vip = firstVip(ports[index]!)
  if (vip !== null) blob.vip = vip
  return blob
}

/** A list of endpoint names as SDK schedulers send it; null when the text is anything else. */
export function readEndpointNames(text: string): string[] | null {
  const value = jsonOrNull(text)
  return Array.isArray(value) && value.every((name) => typeof name === 'string') ? value : null
}

/** Whether a text is the connection report of a Kafka older than the SDK, or of the SDK's first releases. */
export function isConnectionReport(text: string): boolean {
  const value = jsonOrNull(text)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false
  return ['address', 'dns', 'native', 'direct', 'vip', 'vips'].some((key) => Object.hasOwn(value, key))
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function portsOf(app: EndpointApp): AppPort[] {
  return effectivePorts(app).map((place) => place.port)
}

function endpointName(port: AppPort, index: number): string {
  return port.name || `port${index}`
}

/** Place of a port in a task's `ports`, which skips mappings without a host port; null for such a one. */
function hostPortIndex(app: EndpointApp, ports: AppPort[], index: number): number | null {
  const onHost = (port: AppPort) => networkMode(app) !== 'container' || port.hostPort != null
  return onHost(ports[index]!) ? ports.slice(0, index).filter(onHost).length : null
}

/** The address of the first readable VIP by label key: `VIP_0` is the main one. */
function firstVip(port: AppPort): string | null {
  for (const [, value] of vipLabelsOf(port).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const vip = parseVipLabel(value)
    if (vip.kind === 'named') return vipAddress(vip.label, MARATHON_FRAMEWORK, vip.port)
    if (vip.kind === 'ip') return `${vip.ip}:${vip.port}`
  }
  return null
}
