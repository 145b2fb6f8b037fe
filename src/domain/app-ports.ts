import type { Protocol } from './vip.js'
import { isVipKey } from './vip-label.js'

/** The parts of a Marathon app definition that ports and VIPs hang on; everything else passes through. */
export interface PortedApp {
  id: string
  networks?: { mode?: string; name?: string }[]
  portDefinitions?: AppPort[] | null
  container?: {
    type?: string
    portMappings?: AppPort[] | null
    docker?: { network?: string; portMappings?: AppPort[] | null } | null
  } | null
  ipAddress?: { networkName?: string; discovery?: { ports?: AppPort[] } | null } | null
  ports?: number[] | null
}

/** One entry of a port list, whichever list it stands in. */
export interface AppPort {
  port?: number
  containerPort?: number
  hostPort?: number | null
  number?: number
  servicePort?: number
  protocol?: string
  name?: string
  labels?: Record<string, string> | null
}

/** How an app is networked, in the words of `--network`. */
export type NetworkMode = 'host' | 'container' | 'container/bridge'

/** A port with the place it stands at, in Marathon's path syntax. */
export interface PlacedPort {
  /** `/container/portMappings(0)`. */
  path: string
  port: AppPort
  index: number
}

/** The effective network mode, old forms included. Source: Marathon's NetworkNormalization. */
export function networkMode(app: PortedApp): NetworkMode {
  const first = app.networks?.[0]
  if (first) {
    const mode = (first.mode ?? 'container').toLowerCase()
    return mode === 'host' || mode === 'container/bridge' ? mode : 'container'
  }
  switch (app.container?.docker?.network?.toUpperCase()) {
    case 'HOST':
      return 'host'
    case 'BRIDGE':
      return 'container/bridge'
    case 'USER':
      return 'container'
  }
  return app.ipAddress ? 'container' : 'host'
}

/** The ports that count in the app's network mode, in order. Lists that the mode ignores are not read. */
export function effectivePorts(app: PortedApp): PlacedPort[] {
  const { place, ports } = effectiveList(app)
  return ports.map((port, index) => ({ path: `${place}(${index})`, port, index }))
}

/** Where an app's list of ports can stand. */
export type PortList =
  | '/portDefinitions'
  | '/container/portMappings'
  | '/container/docker/portMappings'
  | '/ipAddress/discovery/ports'

/** The one list of ports that counts, current or old form. Source: Marathon 1.11, `AppNormalization`. */
export function effectiveList(app: PortedApp): { place: PortList; ports: AppPort[] } {
  if (networkMode(app) === 'host') return { place: '/portDefinitions', ports: app.portDefinitions ?? [] }
  const current = app.container?.portMappings
  const docker = app.container?.docker?.portMappings
  const discovery = app.ipAddress?.discovery?.ports
  if (docker && (docker.length > 0 || !current))
    return { place: '/container/docker/portMappings', ports: docker }
  if (discovery && !current) return { place: '/ipAddress/discovery/ports', ports: discovery }
  return { place: '/container/portMappings', ports: current ?? [] }
}

/** `tcp`, `udp` or both, as a port's `protocol` says; tcp when it says nothing. */
export function protocolsOf(port: AppPort): Protocol[] {
  const named = (port.protocol ?? 'tcp').toLowerCase().split(',')
  return (['udp', 'tcp'] as const).filter((protocol) => named.includes(protocol))
}

/** A port's VIP labels, in order. */
export function vipLabelsOf(port: AppPort): [key: string, value: string][] {
  return Object.entries(port.labels ?? {}).filter(([key]) => isVipKey(key))
}
