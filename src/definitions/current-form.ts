import type { AppDefinition, Artifact, Container, Network, PortMapping } from './app.js'
import { canonicalId } from './canonical-id.js'

/** What the server's settings contribute to a stored app. */
export interface NormalizeOptions {
  /** Name of unnamed container networks; DC/OS sets `dcos`. */
  defaultNetworkName?: string
  /** Role of apps that name none; DC/OS sets `slave_public`. */
  mesosRole?: string
  /** The network name that means bridge in the old `ipAddress` form. */
  bridgeName?: string
  /** Whether the app is the result of a partial update, for which more health checks get a port index. */
  update?: boolean
}

const ARCHIVES = ['.tar', '.tar.gz', '.tar.bz2', '.tar.xz', '.gz', '.tgz', '.tbz2', '.txz', '.zip']

/**
 * The old forms turned into the current ones, ports of the other network mode dropped, as the server
 * does it between parsing and checking. Source: Marathon 1.11, `AppNormalization`, `NetworkNormalization`.
 */
export function toCurrentForm(app: AppDefinition, options: NormalizeOptions = {}): AppDefinition {
  const { uris: _uris, ports: _ports, ipAddress: _ip, ...rest } = app
  const current: AppDefinition = { ...rest, id: canonicalId(app.id) }
  assign(current, 'fetch', fetchOf(app))
  assign(
    current,
    'dependencies',
    app.dependencies?.map((id) => canonicalId(id, parentOf(current.id))),
  )
  const networks = (networksOf(app, options.bridgeName) ?? []).map((network) => named(network, options))
  current.networks = networks.length > 0 ? networks : [{ mode: 'host' }]
  assign(current, 'container', containerOf(app))
  placePorts(current, app)
  assign(current, 'healthChecks', healthChecksOf(app, current, options.update ?? false))
  return current
}

/** Whether the ports of an app in current form are `portDefinitions`. */
export function isHostMode(current: Pick<AppDefinition, 'networks'>): boolean {
  return (current.networks ?? []).every((network) => network.mode === 'host')
}

/** `fetch`, from `uris` where only those are given. */
export function fetchOf(app: Partial<AppDefinition>): Artifact[] | undefined {
  if (!app.uris?.length || app.fetch?.length) return app.fetch
  return app.uris.map((uri) => ({ uri, extract: isArchive(uri), executable: false, cache: false }))
}

/** `networks`, from `ipAddress` or `docker.network` where those are given; undefined when nothing is said. */
export function networksOf(app: Partial<AppDefinition>, bridgeName = 'mesos-bridge'): Network[] | undefined {
  const docker = app.container?.docker?.network
  const { networkName, labels } = app.ipAddress ?? {}
  const extra = labels && Object.keys(labels).length > 0 ? { labels } : {}
  if (docker === 'HOST') return [{ mode: 'host' }]
  if (docker === 'BRIDGE' || (app.ipAddress && docker !== 'USER' && networkName === bridgeName))
    return [{ mode: 'container/bridge', ...extra }]
  if (docker === 'USER' || app.ipAddress)
    return [{ ...(networkName ? { name: networkName } : {}), mode: 'container', ...extra }]
  return app.networks?.map((network) => ({ ...network, mode: network.mode ?? 'container' }))
}

/** The container with its port mappings where they belong now. */
export function containerOf(app: Partial<AppDefinition>): Container | undefined {
  const given: Container | undefined = app.container ?? (app.ipAddress ? { type: 'MESOS' } : undefined)
  if (!given) return undefined
  const container: Container = { ...given, type: given.type ?? 'DOCKER' }
  let moved = container.portMappings
  if (container.docker) {
    const { network: _network, portMappings, ...docker } = container.docker
    container.docker = docker
    moved = portMappings && (portMappings.length > 0 || !moved) ? portMappings : moved
  }
  const discovery = app.ipAddress?.discovery?.ports
  if (discovery?.length && !moved)
    moved = discovery.map(({ number, ...port }) => ({ containerPort: number ?? 0, ...port }))
  if (moved) container.portMappings = moved
  return container
}

function placePorts(current: AppDefinition, app: AppDefinition): void {
  if (isHostMode(current)) {
    current.portDefinitions = app.portDefinitions ??
      app.ports?.map((port) => ({ port })) ?? [{ port: 0, name: 'default', protocol: 'tcp' }]
    delete current.container?.portMappings
    return
  }
  delete current.portDefinitions
  const container: Container = current.container ?? { type: 'MESOS' }
  const mappings: PortMapping[] = container.portMappings ?? [{ containerPort: 0, name: 'default' }]
  // More port definitions than mappings: Marathon fills the list up, as if their number had been meant.
  const surplus = current.container ? (app.portDefinitions ?? app.ports ?? []).length - mappings.length : 0
  const filling = Array.from({ length: Math.max(0, surplus) }, () => ({ containerPort: 0 }))
  current.container = { ...container, portMappings: [...mappings, ...filling] }
  current.requirePorts = false
}

function healthChecksOf(
  app: AppDefinition,
  current: AppDefinition,
  update: boolean,
): AppDefinition['healthChecks'] {
  const counted =
    update || (app.portDefinitions?.length ?? 0) > 0 || current.container?.portMappings !== undefined
  return app.healthChecks?.map((check) =>
    counted && check.protocol !== 'COMMAND' && check.port === undefined && check.portIndex === undefined
      ? { ...check, portIndex: 0 }
      : check,
  )
}

function named(network: Network, options: NormalizeOptions): Network {
  const name = network.name ?? options.defaultNetworkName
  return network.mode === 'container' && name !== undefined ? { ...network, name } : network
}

function isArchive(uri: string): boolean {
  const path = uri.replace(/[?#].*$/s, '')
  return ARCHIVES.some((ending) => path.endsWith(ending))
}

function parentOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/')) || '/'
}

function assign<K extends keyof AppDefinition>(app: AppDefinition, key: K, value: AppDefinition[K]): void {
  if (value !== undefined) app[key] = value
}
