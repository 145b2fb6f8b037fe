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
import { ApiError, InvalidError } from './api/errors.js'
import type { Apps } from './apps.js'
import type { Deployments } from './deployments.js'
import type { EventBus } from './events.js'
import type { Deployment } from './model.js'
import { type AppChange, planSteps } from './plan.js'

/** Settings of DC/OS that decide how a definition is completed. */
export const MARATHON_SETTINGS = {
  defaultNetworkName: 'dcos',
  mesosRole: 'slave_public',
  bridgeName: 'mesos-bridge',
}

/**
 * Every change of the cluster's apps, one at a time: validate, complete, version, check the locks, plan,
 * store, and only then answer. Nothing is stored when any of it fails.
 */
export class Changes {
  private last = Promise.resolve()
  private lastVersion = 0

  constructor(
    private readonly apps: Apps,
    private readonly deployments: Deployments,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** POST: the app must not exist. Gives the app as submitted, its service ports not yet assigned. */
  create(body: unknown, force: boolean): Promise<{ app: NormalizedApp; deployment: Deployment }> {
    return this.alone(async () => {
      const app = this.complete(validApp(body))
      if (this.apps.get(app.id))
        throw new ApiError(409, { message: `An app with id [${app.id}] already exists.` })
      const [deployment, version] = await this.deploy([{ app: app.id, before: null, after: app }], force)
      return { app: { ...app, version }, deployment }
    })
  }

  /** PUT and PATCH of several apps at once. `partial` merges into what is stored, else the body replaces it. */
  update(bodies: { id: string; body: Record<string, unknown> }[], options: UpdateOptions): Promise<Updated> {
    return this.alone(async () => {
      const created: string[] = []
      const changes = bodies.map(({ id, body }): AppChange => {
        const before = this.apps.get(id) ?? null
        if (!before && !options.create) throw appNotFound(id)
        if (!before) created.push(id)
        return { app: id, before, after: this.target(id, body, before, options.partial) }
      })
      const [deployment] = await this.deploy(changes, options.force)
      return { deployment, created }
    })
  }

  remove(id: string, force: boolean): Promise<Deployment> {
    return this.alone(async () => {
      const before = this.apps.get(id)
      if (!before) throw appNotFound(id)
      const [deployment] = await this.deploy([{ app: id, before, after: null }], force)
      return deployment
    })
  }

  restart(id: string, force: boolean): Promise<Deployment> {
    return this.alone(async () => {
      const before = this.apps.get(id)
      if (!before) throw appNotFound(id)
      const [deployment] = await this.deploy([{ app: id, before, after: before, restart: true }], force)
      return deployment
    })
  }

  /** Sets an app's number of instances, as killing with `scale=true` does. */
  scale(id: string, instances: number, force: boolean): Promise<Deployment> {
    return this.alone(async () => {
      const before = this.apps.get(id)
      if (!before) throw new ApiError(404, { message: `Path '${id}' does not exist` })
      const [deployment] = await this.deploy([{ app: id, before, after: { ...before, instances } }], force)
      return deployment
    })
  }

  /** Undoes what a running deployment changed, on top of whatever changed since. */
  rollBack(id: string): Promise<Deployment> {
    return this.alone(async () => {
      const plan = this.deployments.get(id)
      if (!plan) throw new ApiError(404, { message: `DeploymentPlan ${id} does not exist` })
      const changes = plan.changes.map(({ app, before }) => ({
        app,
        before: this.apps.get(app) ?? null,
        after: before,
      }))
      const [deployment] = await this.deploy(changes, true)
      return deployment
    })
  }

  private async deploy(changes: AppChange[], force: boolean): Promise<[Deployment, version: string]> {
    const version = this.nextVersion()
    const affected = changes.map((change) => change.app)
    this.deployments.checkLocks(affected, force)
    const stamped = changes.map((change) => this.stamp(change, version))
    const steps = planSteps(stamped)
    const deployment: Deployment = {
      id: randomUUID(),
      version,
      steps,
      affectedApps: steps.length === 0 ? [] : affected,
      currentStep: 0,
      changes: stamped.map(({ app, before, after }) => ({ app, before, after })),
    }
    await this.deployments.start(deployment)
    for (const app of affected)
      this.events.publish('group_change_success', { groupId: parentOf(app), version })
    return [deployment, version]
  }

  /**
   * Version and versionInfo of the changed app: a configuration change sets all, scaling the version
   * and lastScalingAt, nothing leaves everything. Source: Marathon 1.11, `upgrade/GroupVersioningUtil.scala`.
   */
  private stamp(change: AppChange, version: string): AppChange {
    const { before, after } = change
    if (!after) return change
    const app = this.apps.assignServicePorts(after)
    const info = before?.versionInfo ?? { lastScalingAt: version, lastConfigChangeAt: version }
    if (!before) return { ...change, after: stampVersion(app, version, { ...info }) }
    if (change.restart || isConfigChange(before, app))
      return {
        ...change,
        after: stampVersion(app, version, {
          lastScalingAt: before.instances === app.instances && change.restart ? info.lastScalingAt : version,
          lastConfigChangeAt: version,
        }),
      }
    if (before.instances !== app.instances)
      return { ...change, after: stampVersion(app, version, { ...info, lastScalingAt: version }) }
    return { ...change, after: before }
  }

  private target(
    id: string,
    body: Record<string, unknown>,
    before: NormalizedApp | null,
    partial: boolean,
  ): NormalizedApp {
    if (body.version !== undefined && partial && before) return this.earlier(id, body)
    if (!before || !partial) return this.complete(validApp({ ...body, id }))
    const update = serverValidation(body, { update: true })
    if (!update.ok) throw refused(update)
    return this.complete(validApp({ ...mergeUpdate(before, update.app), id }))
  }

  /** `{"version": …}` alone goes back to a stored definition. */
  private earlier(id: string, body: Record<string, unknown>): NormalizedApp {
    const others = Object.keys(body).filter((key) => key !== 'version' && key !== 'id' && body[key] !== null)
    if (others.length > 0)
      throw new InvalidError('Object is not valid', [
        { path: '/', errors: ["The 'version' field may only be combined with the 'id' field."] },
      ])
    const version = String(body.version)
    const stored = this.apps.version(id, version)
    if (!stored) throw new ApiError(404, { message: `App '${id}' does not exist in version ${version}` })
    return stored
  }

  private complete(definition: AppDefinition): NormalizedApp {
    return normalizeApp(definition, MARATHON_SETTINGS)
  }

  /** Versions are timestamps and identify definitions, so no two are alike. */
  private nextVersion(): string {
    this.lastVersion = Math.max(this.clock.now(), this.lastVersion + 1)
    return new Date(this.lastVersion).toISOString()
  }

  /** Changes wait for each other; one that fails does not stop the next. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work)
    this.last = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }
}

/** How an update treats what is stored. */
export interface UpdateOptions {
  partial: boolean
  force: boolean
  /** Whether an app that does not exist is created. */
  create: boolean
}

/** What an update did. */
export interface Updated {
  deployment: Deployment
  created: string[]
}

/** 404 as it is raised inside an update: no `details`. */
export function appNotFound(id: string): ApiError {
  return new ApiError(404, { message: `App '${id}' does not exist` })
}

function validApp(body: unknown): AppDefinition {
  const result = serverValidation(body)
  if (!result.ok) throw refused(result)
  return result.app
}

/** 422 with places, or the 500 that Marathon itself gives where it stumbles over a definition. */
function refused({ status, message, details }: Refusal): ApiError {
  return status === 422 ? new InvalidError(message, details) : new ApiError(status, { message })
}

function parentOf(appId: string): string {
  return appId.slice(0, appId.lastIndexOf('/')) || '/'
}
