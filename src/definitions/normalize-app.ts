import { isDeepStrictEqual } from 'node:util'
import type { AppDefinition, AppUpdate, Container, NormalizedApp } from './app.js'
import { containerOf, fetchOf, type NormalizeOptions, networksOf, toCurrentForm } from './current-form.js'
import { APP_FIELDS, readApp } from './read-app.js'

export { canonicalId } from './canonical-id.js'
export type { NormalizeOptions } from './current-form.js'

const RESIDENCY = { relaunchEscalationTimeoutSeconds: 3600, taskLostBehavior: 'WAIT_FOREVER' }

/**
 * An app as the server stores and prints it: current forms, defaults, Marathon's key order, empty
 * options left out. Service ports stay 0 and `version` stays '' until the server assigns them.
 * Source: Marathon 1.11, `AppNormalization` and `AppConversion`.
 */
export function normalizeApp(app: AppDefinition, options: NormalizeOptions = {}): NormalizedApp {
  const current = toCurrentForm(readApp(app), options)
  const { versionInfo: _info, residency: _residency, ...given } = current
  const implied = {
    ...given,
    ...impliedByVolumes(current),
    container: impliedContainer(current),
    healthChecks: current.healthChecks?.map((check) =>
      isMarathonHttp(check.protocol) ? { ...check, ignoreHttp1xx: check.ignoreHttp1xx ?? false } : check,
    ),
    version: '',
    role: current.role ?? options.mesosRole ?? '*',
  }
  return withoutEmpty(readApp(implied, { defaults: true })) as NormalizedApp
}

/** The app with the server's stamps, in key order. */
export function stampVersion(
  app: NormalizedApp,
  version: string,
  versionInfo: NonNullable<NormalizedApp['versionInfo']>,
): NormalizedApp {
  return inFieldOrder({ ...app, version, versionInfo }) as NormalizedApp
}

const CONFIG_FIELDS = (
  'cmd args user env cpus mem disk gpus executor constraints fetch portDefinitions requirePorts backoffSeconds ' +
  'backoffFactor maxLaunchDelaySeconds container healthChecks check taskKillGracePeriodSeconds dependencies ' +
  'upgradeStrategy labels acceptedResourceRoles networks readinessChecks secrets unreachableStrategy killSelection ' +
  'tty role resourceLimits'
).split(' ') as (keyof NormalizedApp)[]

/** Whether going from one to the other restarts the instances; `instances` alone is scaling. */
export function isConfigChange(a: NormalizedApp, b: NormalizedApp): boolean {
  return CONFIG_FIELDS.some((field) => !isDeepStrictEqual(a[field], b[field]))
}

/**
 * What a partial update makes of a stored app; to be checked and normalised as a complete definition.
 * Fields are replaced whole, null and absent leave the stored one. `executorResources` and
 * `resourceLimits` are cleared when absent, as Marathon does it.
 */
export function mergeUpdate(stored: NormalizedApp, update: AppUpdate): AppDefinition {
  const given = readApp(update) as AppUpdate
  const current: AppUpdate = {
    ...given,
    fetch: fetchOf(given),
    networks: networksOf(given),
    container: containerOf(given),
    portDefinitions: given.portDefinitions ?? given.ports?.map((port) => ({ port })),
  }
  const { executorResources: _executor, resourceLimits: _limits, ...kept } = stored
  const merged: AppUpdate = { ...kept }
  for (const [field, value] of Object.entries(current)) {
    if (value !== undefined) Object.assign(merged, { [field]: value })
  }
  for (const field of ['uris', 'ports', 'ipAddress', 'version', 'versionInfo'] as const) delete merged[field]
  return inFieldOrder({ ...merged, id: stored.id }) as AppDefinition
}

/** Strategies, by whether data hangs on an instance. */
function impliedByVolumes(app: AppDefinition): Partial<AppDefinition> {
  const volumes = app.container?.volumes ?? []
  const resident = volumes.some((volume) => volume.persistent)
  const exclusive = resident || volumes.some((volume) => volume.external)
  const upgrade = exclusive
    ? { maximumOverCapacity: 0, minimumHealthCapacity: 0.5 }
    : { maximumOverCapacity: 1, minimumHealthCapacity: 1 }
  const given = typeof app.unreachableStrategy === 'string' ? 'disabled' : app.unreachableStrategy
  return {
    upgradeStrategy: app.upgradeStrategy ?? upgrade,
    unreachableStrategy: given ?? (resident ? 'disabled' : {}),
    ...(resident ? { residency: RESIDENCY } : {}),
  }
}

function impliedContainer({ container, networks }: AppDefinition): Container | undefined {
  if (!container) return undefined
  const { linuxInfo, portMappings, volumes, ...rest } = container
  const bridge = networks?.some((network) => network.mode === 'container/bridge')
  return {
    ...rest,
    ...(linuxInfo && container.type !== 'DOCKER' ? { linuxInfo } : {}),
    volumes: volumes?.map((volume) => {
      const { persistent } = volume
      if (!persistent) return volume
      return { ...volume, persistent: { ...persistent, type: persistent.type ?? diskType(persistent) } }
    }),
    portMappings: bridge ? portMappings?.map((mapping) => ({ hostPort: 0, ...mapping })) : portMappings,
  }
}

function diskType({ profileName }: { profileName?: string }): 'mount' | 'root' {
  return profileName ? 'mount' : 'root'
}

function isMarathonHttp(protocol = 'HTTP'): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS'
}

const KEPT_EMPTY = ['labels', 'networks', 'portDefinitions', 'unreachableStrategy']

function withoutEmpty(app: AppDefinition): AppDefinition {
  for (const port of app.portDefinitions ?? []) dropEmpty(port, 'labels')
  for (const network of app.networks ?? []) dropEmpty(network, 'labels')
  for (const mapping of app.container?.portMappings ?? []) dropEmpty(mapping, 'networkNames')
  for (const { persistent } of app.container?.volumes ?? [])
    if (persistent) dropEmpty(persistent, 'constraints')
  for (const field of APP_FIELDS) if (!KEPT_EMPTY.includes(field)) dropEmpty(app, field)
  return app
}

function inFieldOrder(app: AppUpdate): AppUpdate {
  return Object.fromEntries(APP_FIELDS.filter((f) => app[f] !== undefined).map((f) => [f, app[f]]))
}

function dropEmpty<T extends object>(part: T, field: keyof T): void {
  const value = part[field]
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete part[field]
}
