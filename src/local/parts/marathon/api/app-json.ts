import type { NormalizedApp } from '../../../../definitions/app.js'
import { effectivePorts, networkMode } from '../../../../domain/app-ports.js'
import type { Apps } from '../apps.js'
import type { Deployments } from '../deployments.js'
import type { Instances } from '../instances.js'
import { type AgentIdentity, type Instance, isActive, mesosState, type TaskFailure } from '../model.js'

/** Computed parts of an app that a call asks for. */
export interface Embeds {
  counts: boolean
  deployments: boolean
  tasks: boolean
  lastTaskFailure: boolean
  readiness: boolean
  taskStats: boolean
}

/** Where the computed parts come from. */
export interface AppSources {
  apps: Apps
  instances: Instances
  deployments: Deployments
  failureOf: (appId: string) => TaskFailure | undefined
  agent: AgentIdentity
  now: () => number
}

/** Reads `embed` parameters; `apps.`, `app.` and `group.apps.` in front mean the same. Unknown ones are ignored. */
export function parseEmbeds(values: string[], defaults: Partial<Embeds>): Embeds {
  const embeds: Embeds = {
    counts: false,
    deployments: false,
    tasks: false,
    lastTaskFailure: false,
    readiness: false,
    taskStats: false,
    ...defaults,
  }
  for (const value of values) {
    const name = value.replace(/^(group\.apps|apps|app)\./, '')
    if (name === 'failures') Object.assign(embeds, { tasks: true, lastTaskFailure: true, deployments: true })
    else if (name === 'tasks') Object.assign(embeds, { tasks: true, deployments: true })
    else if (name in embeds) embeds[name as keyof Embeds] = true
  }
  return embeds
}

/** An app as Marathon answers with it. */
export function appJson(app: NormalizedApp, embeds: Embeds, sources: AppSources): Record<string, unknown> {
  const instances = sources.instances.ofApp(app.id)
  const json: Record<string, unknown> = { ...app }
  if (embeds.counts) Object.assign(json, countsOf(instances))
  if (embeds.deployments) json.deployments = sources.deployments.ofApp(app.id).map((id) => ({ id }))
  if (embeds.readiness) json.readinessCheckResults = []
  if (embeds.tasks) json.tasks = instances.flatMap((instance) => taskJson(instance, sources.agent) ?? [])
  const failure = embeds.lastTaskFailure ? sources.failureOf(app.id) : undefined
  if (failure) json.lastTaskFailure = failure
  if (embeds.taskStats) {
    // Marathon renamed the key in 1.9.100; clients of both lines read this answer.
    json.taskStats = statsOf(app, instances, sources.now())
    json.tasksStats = json.taskStats
  }
  return json
}

/** `tasksStaged` and its siblings. */
export function countsOf(instances: readonly Instance[]): Record<string, number> {
  const checked = instances.filter((i) => i.condition === 'Running' && healthOf(i).length > 0)
  const healthy = checked.filter((instance) => healthOf(instance).every((result) => result.alive)).length
  return {
    tasksStaged: instances.filter((i) => ['Provisioned', 'Staging', 'Starting'].includes(i.condition)).length,
    tasksRunning: instances.filter((i) => i.condition === 'Running').length,
    tasksHealthy: healthy,
    tasksUnhealthy: checked.length - healthy,
  }
}

/** An instance's task, null while it never had one. A dead task stays listed, without ports and times, until it is relaunched. */
export function taskJson(
  instance: Instance,
  agent: AgentIdentity,
  servicePorts: number[] = [],
): Record<string, unknown> | null {
  const { task, app } = instance
  if (!task) return null
  const alive = isActive(instance)
  return {
    appId: app.id,
    healthCheckResults: alive ? healthOf(instance) : [],
    host: agent.host,
    id: task.id,
    ipAddresses: alive ? [{ ipAddress: agent.ip, protocol: 'IPv4' }] : [],
    ports: alive ? task.hostPorts : [],
    servicePorts,
    slaveId: agent.id,
    state: mesosState(instance.condition),
    ...(alive ? { stagedAt: task.stagedAt } : {}),
    ...(alive && task.startedAt ? { startedAt: task.startedAt } : {}),
    ...(alive ? { version: app.version } : {}),
    localVolumes: [],
    role: app.role,
  }
}

/** Service ports of an app, in order. */
export function servicePortsOf(app: NormalizedApp): number[] {
  const host = networkMode(app) === 'host'
  return effectivePorts(app).map(({ port }) => (host ? port.port : port.servicePort) ?? 0)
}

function healthOf(instance: Instance) {
  return instance.task?.health.filter(Boolean) ?? []
}

function statsOf(app: NormalizedApp, instances: readonly Instance[], now: number): Record<string, unknown> {
  const scaledAt = app.versionInfo?.lastScalingAt ?? app.version
  const configuredAt = app.versionInfo?.lastConfigChangeAt ?? app.version
  const groups: Record<string, Instance[]> = {
    startedAfterLastScaling: instances.filter((i) => (i.task?.stagedAt ?? '') >= scaledAt),
    withLatestConfig: instances.filter((i) => i.app.version >= configuredAt),
    withOutdatedConfig: instances.filter((i) => i.app.version < configuredAt),
    totalSummary: [...instances],
  }
  const filled = Object.entries(groups).filter(([, members]) => members.some((member) => member.task))
  return Object.fromEntries(filled.map(([name, members]) => [name, { stats: statsJson(members, now) }]))
}

function statsJson(instances: readonly Instance[], now: number): Record<string, unknown> {
  const counts = countsOf(instances)
  const ages = instances
    .flatMap((i) => (i.task?.startedAt ? [(now - Date.parse(i.task.startedAt)) / 1000] : []))
    .sort((a, b) => a - b)
  return {
    counts: {
      staged: counts.tasksStaged,
      running: counts.tasksRunning,
      healthy: counts.tasksHealthy,
      unhealthy: counts.tasksUnhealthy,
    },
    ...(ages.length === 0
      ? {}
      : {
          lifeTime: {
            averageSeconds: ages.reduce((sum, age) => sum + age, 0) / ages.length,
            medianSeconds: ages[Math.floor(ages.length / 2)],
          },
        }),
  }
}
