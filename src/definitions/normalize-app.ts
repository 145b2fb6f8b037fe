import { isDeepStrictEqual } from 'node:util'
import type { AppDefinition, AppUpdate, NormalizedApp } from './app.js'
import {
  containerOf,
  fetchOf,
  isHostMode,
  type NormalizeOptions,
  networksOf,
  toCurrentForm,
} from './current-form.js'
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
  const volumes = current.container?.volumes ?? []
  const resident = volumes.some((volume) => volume.persistent)
  const moving = resident || volumes.some((volume) => volume.external)
  const { versionInfo: _info, residency: _residency, ...given } = current
  const full = readApp(
    {
      ...given,
      version: '',
      role: current.role ?? options.mesosRole ?? '*',
      upgradeStrategy:
        current.upgradeStrategy ??
        (moving
          ? { maximumOverCapacity: 0, minimumHealthCapacity: 0.5 }
          : { maximumOverCapacity: 1, minimumHealthCapacity: 1 }),
      unreachableStrategy: current.unreachableStrategy ?? (resident ? 'disabled' : {}),
      ...(resident ? { residency: RESIDENCY } : {}),
    },
    { defaults: true },
  )
  if (typeof full.unreachableStrategy === 'string') full.unreachableStrategy = 'disabled'
  return withoutEmpty(storedParts(full)) as NormalizedApp
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

function storedParts(app: AppDefinition): AppDefinition {
  const host = isHostMode(app)
  const bridge = app.networks?.some((network) => network.mode === 'container/bridge')
  for (const check of app.healthChecks ?? [])
    if (check.protocol === 'HTTP' || check.protocol === 'HTTPS') check.ignoreHttp1xx ??= false
  for (const port of app.portDefinitions ?? []) dropEmpty(port, 'labels')
  for (const network of app.networks ?? []) dropEmpty(network, 'labels')
  for (const volume of app.container?.volumes ?? []) {
    if (!volume.persistent) continue
    dropEmpty(volume.persistent, 'constraints')
    volume.persistent.type ??= volume.persistent.profileName ? 'mount' : 'root'
  }
  const container = app.container
  if (container) {
    if (container.type === 'DOCKER') delete container.linuxInfo
    if (host) delete container.portMappings
    container.portMappings = container.portMappings?.map((mapping) => {
      const { containerPort, hostPort = bridge ? 0 : undefined, networkNames, ...rest } = mapping
      return {
        containerPort,
        ...(hostPort === undefined ? {} : { hostPort }),
        ...rest,
        ...(networkNames?.length ? { networkNames } : {}),
      }
    })
    if (!container.portMappings) delete container.portMappings
  }
  return app
}

const KEPT_EMPTY = ['labels', 'networks', 'portDefinitions', 'unreachableStrategy']

function withoutEmpty(app: AppDefinition): AppDefinition {
  const entries = Object.entries(app).filter(
    ([field, value]) =>
      KEPT_EMPTY.includes(field) || typeof value !== 'object' || Object.keys(value as object).length > 0,
  )
  return inFieldOrder(Object.fromEntries(entries) as unknown as AppDefinition) as AppDefinition
}

function inFieldOrder(app: AppUpdate): AppUpdate {
  return Object.fromEntries(APP_FIELDS.filter((f) => app[f] !== undefined).map((f) => [f, app[f]]))
}

function dropEmpty<T extends object>(part: T, field: keyof T): void {
  const value = part[field]
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete part[field]
}
