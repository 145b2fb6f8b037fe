import { randomUUID } from 'node:crypto'
import type { AppDefinition, NormalizedApp } from '../../../definitions/app.js'
import {
  isConfigChange,
  mergeUpdate,
  normalizeApp,
  stampVersion,
} from '../../../definitions/normalize-app.js'
import { type Refusal, serverValidation } from '../../../definitions/server-validation.js'
import type { Clock } from '../../../shared/clock.js'
import { ApiError, appNotFound, InvalidError } from './api/errors.js'
import { parseTimestamp } from './api/timestamp.js'
import type { Apps } from './apps.js'
import type { Deployments } from './deployments.js'
import type { EventBus } from './events.js'
import type { Deployment, Instance } from './model.js'
import { type AppChange, planSteps } from './plan.js'

/** Settings of DC/OS that decide how a definition is completed. */
export const MARATHON_SETTINGS = {
  defaultNetworkName: 'dcos',
  mesosRole: 'slave_public',
  bridgeName: 'mesos-bridge',
}

/** Marathon's `max_running_deployments`. */
const MAX_DEPLOYMENTS = 100

/** How an update treats what is stored. */
export interface UpdateOptions {
  /** Merges into what is stored; else the body replaces it. */
  partial: boolean
  force: boolean
  /** Whether an app that does not exist is created. */
  create: boolean
}

/** A sandbox is named after its task: the id, the instance's UUID and some words, within 255 bytes. */
const MAX_ID = 180
/** As many as the agent has host ports. */
const MAX_INSTANCES = 1000

/**
 * Every change of the cluster's apps: validate, complete, version, plan, check the locks, store. Nothing
 * is stored when any of it fails, and everything is when a method returns.
 */
export class Changes {
  private lastVersion = 0

  constructor(
    private readonly apps: Apps,
    private readonly deployments: Deployments,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** POST: the app must not exist. Gives the app as submitted, its service ports not yet assigned. */
  create(body: unknown, force: boolean): { app: NormalizedApp; deployment: Deployment } {
    const app = complete(validApp(body))
    if (this.apps.get(app.id))
      throw new ApiError(409, { message: `An app with id [${app.id}] already exists.` })
    const deployment = this.deploy([{ app: app.id, before: null, after: app }], force)
    return { app: { ...app, version: deployment.version }, deployment }
  }

  /** PUT and PATCH of any number of apps, in one deployment. */
  update(
    bodies: { id: string; body: Record<string, unknown> }[],
    options: UpdateOptions,
  ): { deployment: Deployment; created: string[] } {
    const changes = new Map<string, AppChange>()
    for (const { id, body } of bodies) {
      const before = this.apps.get(id) ?? null
      const current = changes.get(id)?.after ?? before
      const after = this.target(id, body, current, options.partial)
      if (!current && !options.create) throw appNotFound(id)
      changes.set(id, { app: id, before, after })
    }
    const deployment = this.deploy([...changes.values()], options.force)
    const created = [...changes.values()].filter(({ before }) => before === null).map(({ app }) => app)
    return { deployment, created }
  }

  remove(id: string, force: boolean): Deployment {
    return this.deploy([{ app: id, before: this.existing(id), after: null }], force)
  }

  restart(id: string, force: boolean): Deployment {
    const app = this.existing(id)
    return this.deploy([{ app: id, before: app, after: app, restart: true }], force)
  }

  /** Takes instances away for good: each app has as many fewer as it loses. */
  shrink(victims: readonly Instance[], force: boolean): Deployment {
    const ids = new Set(victims.map((victim) => victim.app.id))
    const changes = [...ids].map((id): AppChange => {
      const before = this.apps.get(id)
      if (!before) throw new ApiError(404, { message: `Path '${id}' does not exist` })
      const lost = victims.filter((victim) => victim.app.id === id).length
      return { app: id, before, after: { ...before, instances: Math.max(0, before.instances - lost) } }
    })
    return this.deploy(
      changes,
      force,
      victims.map((victim) => victim.id),
    )
  }

  /** Undoes what a running deployment changed, on top of whatever changed since. */
  rollBack(id: string): Deployment {
    const plan = this.deployments.get(id)
    if (!plan) throw new ApiError(404, { message: `DeploymentPlan ${id} does not exist` })
    const restarted = plan.steps
      .flatMap(({ actions }) => actions)
      .filter(({ action }) => action === 'RestartApplication')
      .map(({ app }) => app)
    const changes = plan.changes
      .filter(({ app }) => plan.affectedApps.includes(app))
      .map(({ app, before }): AppChange => {
        // An interrupted restart leaves instances of two versions, which only another one makes equal.
        return { app, before: this.apps.get(app) ?? null, after: before, restart: restarted.includes(app) }
      })
    const deployment = this.deploy(changes, true)
    this.deployments.cancel(id)
    return deployment
  }

  private deploy(changes: readonly AppChange[], force: boolean, sentenced: string[] = []): Deployment {
    if (this.deployments.list().length >= MAX_DEPLOYMENTS) throw tooManyDeployments()
    const version = this.nextVersion()
    const stamped: AppChange[] = []
    for (const change of changes) stamped.push(this.stamp(change, version, stamped))
    const steps = planSteps(stamped)
    const affected = [...new Set(steps.flatMap(({ actions }) => actions.map(({ app }) => app)))]
    this.deployments.checkLocks(affected, force)
    const deployment: Deployment = {
      id: randomUUID(),
      version,
      steps,
      affectedApps: affected,
      currentStep: 0,
      changes: stamped.map(({ app, before, after }) => ({ app, before, after })),
      sentenced,
    }
    this.deployments.start(deployment)
    for (const { app } of stamped)
      this.events.publish('group_change_success', { groupId: parentOf(app), version })
    return deployment
  }

  /**
   * Version and versionInfo of the changed app: a configuration change sets all, scaling the version
   * and lastScalingAt, nothing leaves everything. Source: Marathon 1.11, `upgrade/GroupVersioningUtil.scala`.
   */
  private stamp(change: AppChange, version: string, siblings: readonly AppChange[]): AppChange {
    const { before, after } = change
    if (!after) return change
    const app = this.apps.assignServicePorts(
      after,
      siblings.flatMap((sibling) => sibling.after ?? []),
    )
    const now = { lastScalingAt: version, lastConfigChangeAt: version }
    if (!before) return { ...change, after: stampVersion(app, version, now) }
    const info = before.versionInfo ?? now
    if (isConfigChange(before, app)) return { ...change, after: stampVersion(app, version, now) }
    if (change.restart)
      return { ...change, after: stampVersion(app, version, { ...info, lastConfigChangeAt: version }) }
    if (before.instances !== app.instances)
      return { ...change, after: stampVersion(app, version, { ...info, lastScalingAt: version }) }
    return { ...change, after: before }
  }

  private target(
    id: string,
    body: Record<string, unknown>,
    current: NormalizedApp | null,
    partial: boolean,
  ): NormalizedApp {
    if (!current || !partial) return complete(validApp({ ...body, id }))
    const update = serverValidation(body, { update: true })
    if (!update.ok) throw refused(update)
    if (update.app.version !== undefined) return this.earlier(id, body)
    const merged = complete({ ...mergeUpdate(current, update.app), id }, true)
    const { version: _unset, ...definition } = merged
    validApp(definition)
    return merged
  }

  /** `{"version": …}` alone goes back to a stored definition. */
  private earlier(id: string, body: Record<string, unknown>): NormalizedApp {
    const others = Object.keys(body).filter((key) => key !== 'version' && key !== 'id' && body[key] !== null)
    if (others.length > 0)
      throw new InvalidError('Object is not valid', [
        { path: '/', errors: ["The 'version' field may only be combined with the 'id' field."] },
      ])
    const version = parseTimestamp(String(body.version))
    const stored = this.apps.version(id, version)
    if (!stored) throw new ApiError(404, { message: `App '${id}' does not exist in version ${version}` })
    return stored
  }

  private existing(id: string): NormalizedApp {
    const app = this.apps.get(id)
    if (!app) throw appNotFound(id)
    return app
  }

  /** Versions are timestamps and identify definitions, so no two are alike. */
  private nextVersion(): string {
    this.lastVersion = Math.max(this.clock.now(), this.lastVersion + 1)
    return new Date(this.lastVersion).toISOString()
  }
}

function complete(definition: AppDefinition, update = false): NormalizedApp {
  return normalizeApp(definition, { ...MARATHON_SETTINGS, update })
}

function validApp(body: unknown): AppDefinition {
  const result = serverValidation(body)
  if (!result.ok) throw refused(result)
  checkLimits(result.app)
  return result.app
}

/** What one machine and its file names can carry; Marathon itself has no such limits. */
function checkLimits({ id, instances = 1 }: AppDefinition): void {
  const details: { path: string; errors: string[] }[] = []
  const limit = (path: string, what: string) =>
    details.push({ path, errors: [`the embedded cluster ${what}`] })
  if (id.length > MAX_ID) limit('/id', `takes ids of at most ${MAX_ID} characters`)
  if (instances > MAX_INSTANCES) limit('/instances', `runs at most ${MAX_INSTANCES} instances of an app`)
  if (details.length > 0) throw new InvalidError('Object is not valid', details)
}

/** 422 with places, or the 500 that Marathon itself gives where it stumbles over a definition. */
function refused({ status, message, details }: Refusal): ApiError {
  return status === 422 ? new InvalidError(message, details) : new ApiError(status, { message })
}

/** Marathon 1.11's own words, the missing blank included. */
function tooManyDeployments(): ApiError {
  return new ApiError(403, {
    message: `Max number (${MAX_DEPLOYMENTS}) of running deployments is achieved. Wait for existing deployments to complete or cancel oneusing force=true parameter. You can increase max deployment number by using --max_running_deployments parameter but be advised that this can have negative effects on the performance.`,
  })
}

function parentOf(appId: string): string {
  return appId.slice(0, appId.lastIndexOf('/')) || '/'
}
