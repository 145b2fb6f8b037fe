/** A bare set of labels; values are always text. */
export type Labels = Record<string, string>

/** How a port is reached: `udp,tcp` opens both under one number. */
export type PortProtocol = 'tcp' | 'udp' | 'udp,tcp'

/** A port of an app on host networking. In stored apps `port` is the service port. */
export interface PortDefinition {
  port?: number
  labels?: Labels
  name?: string
  protocol?: PortProtocol
}

/** A port of an app in a bridge or container network. */
export interface PortMapping {
  containerPort?: number
  hostPort?: number
  labels?: Labels
  name?: string
  protocol?: PortProtocol
  servicePort?: number
  networkNames?: string[]
}

/** One network an app joins. */
export interface Network {
  name?: string
  mode?: 'host' | 'container' | 'container/bridge'
  labels?: Labels
}

/** The Docker part of a container. `network`, `portMappings` and `credential` are forms before Marathon 1.5. */
export interface DockerContainer {
  credential?: { principal: string; secret?: string }
  forcePullImage?: boolean
  image: string
  network?: 'BRIDGE' | 'HOST' | 'NONE' | 'USER'
  parameters?: { key: string; value: string }[]
  portMappings?: PortMapping[]
  privileged?: boolean
  pullConfig?: { secret: string }
}

/** A volume: persistent, external, secret or host, told apart by the field that it has. */
export interface AppVolume {
  containerPath: string
  mode?: 'RO' | 'RW'
  persistent?: {
    type?: 'root' | 'path' | 'mount'
    size: number
    maxSize?: number
    profileName?: string
    constraints?: string[][]
  }
  external?: {
    name?: string
    provider?: string
    size?: number
    options?: Record<string, unknown>
    shared?: boolean
  }
  secret?: string
  hostPath?: string
}

/** What an app's tasks run in. */
export interface Container {
  type?: 'MESOS' | 'DOCKER'
  docker?: DockerContainer
  linuxInfo?: Record<string, unknown>
  volumes?: AppVolume[]
  portMappings?: PortMapping[]
}

/** Protocols of health checks: Marathon runs the first three itself, Mesos the others. */
export type HealthCheckProtocol =
  | 'HTTP'
  | 'HTTPS'
  | 'TCP'
  | 'COMMAND'
  | 'MESOS_HTTP'
  | 'MESOS_HTTPS'
  | 'MESOS_TCP'

/** A health check; times in seconds. */
export interface AppHealthCheck {
  gracePeriodSeconds?: number
  intervalSeconds?: number
  maxConsecutiveFailures?: number
  timeoutSeconds?: number
  delaySeconds?: number
  command?: { value: string }
  ignoreHttp1xx?: boolean
  ipProtocol?: 'IPv4' | 'IPv6'
  path?: string
  port?: number
  portIndex?: number
  protocol?: HealthCheckProtocol
}

/** A generic check, exactly one of `http`, `tcp` and `exec`. */
export interface AppCheck {
  http?: { portIndex?: number; port?: number; path?: string; scheme?: 'HTTP' | 'HTTPS' }
  tcp?: { portIndex?: number; port?: number }
  exec?: { command: { shell?: string; argv?: string[] } }
  intervalSeconds?: number
  timeoutSeconds?: number
  delaySeconds?: number
}

/** What a deployment waits for beyond a running task. */
export interface ReadinessCheck {
  name?: string
  protocol?: 'HTTP' | 'HTTPS'
  path?: string
  portName?: string
  intervalSeconds?: number
  timeoutSeconds?: number
  httpStatusCodesForReady?: number[]
  preserveLastResponse?: boolean
}

/** A file fetched into the sandbox. */
export interface Artifact {
  uri: string
  extract?: boolean
  executable?: boolean
  cache?: boolean
  destPath?: string
}

/** The form of networking before Marathon 1.5. */
export interface IpAddress {
  discovery?: { ports?: { number?: number; name: string; protocol?: PortProtocol; labels?: Labels }[] }
  groups?: string[]
  labels?: Labels
  networkName?: string
}

/** What becomes of instances on an agent that is lost. */
export type UnreachableStrategy = 'disabled' | { inactiveAfterSeconds?: number; expungeAfterSeconds?: number }

/** An app as a user writes it, after reading: known fields only, no nulls, enums in canonical spelling. */
export interface AppDefinition {
  id: string
  acceptedResourceRoles?: string[]
  args?: string[]
  backoffFactor?: number
  backoffSeconds?: number
  cmd?: string
  constraints?: string[][]
  container?: Container
  cpus?: number
  dependencies?: string[]
  disk?: number
  env?: Record<string, string | { secret: string }>
  executor?: string
  executorResources?: { cpus?: number; mem?: number; disk?: number }
  fetch?: Artifact[]
  healthChecks?: AppHealthCheck[]
  check?: AppCheck
  instances?: number
  labels?: Labels
  maxLaunchDelaySeconds?: number
  mem?: number
  gpus?: number
  networks?: Network[]
  portDefinitions?: PortDefinition[]
  readinessChecks?: ReadinessCheck[]
  residency?: { relaunchEscalationTimeoutSeconds?: number; taskLostBehavior?: string }
  resourceLimits?: { cpus?: number | string; mem?: number | string }
  requirePorts?: boolean
  secrets?: Record<string, { source: string }>
  taskKillGracePeriodSeconds?: number
  upgradeStrategy?: { maximumOverCapacity: number; minimumHealthCapacity: number }
  user?: string
  version?: string
  versionInfo?: { lastScalingAt: string; lastConfigChangeAt: string }
  killSelection?: 'YOUNGEST_FIRST' | 'OLDEST_FIRST'
  unreachableStrategy?: UnreachableStrategy
  tty?: boolean
  role?: string
  ports?: number[]
  uris?: string[]
  ipAddress?: IpAddress
}

/** Body of a partial update: any field may be absent. */
export type AppUpdate = Partial<AppDefinition>

type WithRequired<T, K extends keyof T> = T & { [P in K]-?: T[P] }

/** A host port as stored: `port` is the service port. */
export type StoredPortDefinition = WithRequired<PortDefinition, 'port' | 'protocol'>
/** A container port as stored. */
export type StoredPortMapping = WithRequired<
  PortMapping,
  'containerPort' | 'labels' | 'protocol' | 'servicePort'
>
/** A health check as stored; `command`, `path`, `port`, `portIndex` and `ignoreHttp1xx` stay optional. */
export type StoredHealthCheck = WithRequired<
  AppHealthCheck,
  | 'gracePeriodSeconds'
  | 'intervalSeconds'
  | 'maxConsecutiveFailures'
  | 'timeoutSeconds'
  | 'delaySeconds'
  | 'protocol'
  | 'ipProtocol'
>
/** A container as stored. `portMappings` is there on bridge and container networks only. */
export type StoredContainer = Omit<Container, 'type' | 'volumes' | 'portMappings'> & {
  type: 'MESOS' | 'DOCKER'
  volumes: AppVolume[]
  portMappings?: StoredPortMapping[]
}

type Deprecated = 'ports' | 'uris' | 'ipAddress'
type Refined = 'container' | 'portDefinitions' | 'healthChecks'

/** Fields that every stored app has. Source: Marathon 1.11, `app.raml` and `AppConversion`. */
type Always =
  | 'backoffFactor'
  | 'backoffSeconds'
  | 'cpus'
  | 'disk'
  | 'executor'
  | 'instances'
  | 'labels'
  | 'maxLaunchDelaySeconds'
  | 'mem'
  | 'gpus'
  | 'networks'
  | 'requirePorts'
  | 'upgradeStrategy'
  | 'version'
  | 'killSelection'
  | 'unreachableStrategy'
  | 'role'

/**
 * An app as the server stores and prints it: current forms only, defaults filled in, empty optional
 * fields left out, keys in Marathon's order. `version` is '' until the server stamps it, and
 * `versionInfo` is absent until then.
 */
export type NormalizedApp = Omit<AppDefinition, Deprecated | Always | Refined> &
  Required<Pick<AppDefinition, Always>> & {
    container?: StoredContainer
    portDefinitions?: StoredPortDefinition[]
    healthChecks?: StoredHealthCheck[]
  }
