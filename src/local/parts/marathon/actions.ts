import type { NormalizedApp } from '../../../definitions/app.js'
import type { Clock } from '../../../shared/clock.js'
import { uuidV1 } from '../../kit/uuid.js'
import type { Apps } from './apps.js'
import type { Backoff } from './backoff.js'
import type { EventBus } from './events.js'
import type { Instances } from './instances.js'
import type { Launcher } from './launcher.js'
import { type Action, type Deployment, type Instance, safePath } from './model.js'
import { nextRollingStep } from './plan.js'
import { isHealthy, selectVictims } from './scaling.js'
import type { Tasks } from './tasks.js'

/** What a deployment's actions do to instances. Each can be begun again from wherever it stands. */
export class Actions {
  constructor(
    private readonly apps: Apps,
    private readonly instances: Instances,
    private readonly tasks: Tasks,
    private readonly launcher: Launcher,
    private readonly backoff: Backoff,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  async run(action: Action, deployment: Deployment, signal: AbortSignal): Promise<void> {
    if (action.action === 'StopApplication') return this.stop(action.app, deployment, signal)
    const app = this.apps.get(action.app)
    if (!app) return
    if (action.action === 'ScaleApplication') return this.scale(app, deployment, signal)
    if (action.action === 'RestartApplication') return this.restart(app, signal)
  }

  /** Schedules the instances that an app lacks. */
  fill(app: NormalizedApp): void {
    const missing = app.instances - this.instances.runningOf(app.id).length
    for (let i = 0; i < missing; i++) this.schedule(app)
    this.launcher.tick()
  }

  private async stop(appId: string, deployment: Deployment, signal: AbortSignal): Promise<void> {
    this.events.publish('remove_health_check_event', { appId })
    for (const instance of this.instances.ofApp(appId)) this.tasks.stop(instance)
    await this.instances.until(() => this.instances.ofApp(appId).length === 0, signal)
    const before = deployment.changes.find((change) => change.app === appId)?.before
    if (before) this.backoff.reset(before)
    this.tasks.forgetFailure(appId)
    this.events.publish('app_terminated_event', { appId })
  }

  /** Victims first; then what is missing, until all that wait for their first launch have become ready. */
  private async scale(
    app: NormalizedApp,
    { sentenced = [] }: Deployment,
    signal: AbortSignal,
  ): Promise<void> {
    this.announceChecks(app)
    const ofApp = () => this.instances.ofApp(app.id)
    for (const instance of ofApp()) if (sentenced.includes(instance.id)) this.tasks.stop(instance)
    const running = this.instances.runningOf(app.id)
    for (const victim of selectVictims(app, running, running.length - app.instances)) this.tasks.stop(victim)
    await this.instances.until(() => ofApp().every(({ goal }) => goal === 'Running'), signal)
    this.fill(app)
    const fresh = ofApp().filter(({ condition }) => condition === 'Scheduled')
    await this.instances.until(() => fresh.every(({ id }) => this.isReadyOrGone(id)), signal)
  }

  private async restart(app: NormalizedApp, signal: AbortSignal): Promise<void> {
    this.backoff.reset(app)
    this.announceChecks(app)
    const isNew = (instance: Instance) => instance.app.version === app.version
    const advance = () => {
      const all = this.instances.ofApp(app.id)
      const old = all.filter((instance) => !isNew(instance))
      const fresh = all.filter((instance) => isNew(instance) && instance.goal === 'Running')
      const alive = old.filter((instance) => instance.goal === 'Running')
      const step = nextRollingStep({
        instances: app.instances,
        old: old.length,
        oldServing: alive.filter(isHealthy).length,
        oldKilling: old.length - alive.length,
        started: fresh.length,
        ready: fresh.filter(isHealthy).length,
        ...app.upgradeStrategy,
      })
      const idle = alive.filter((instance) => !isHealthy(instance))
      const victims = [...idle, ...selectVictims(app, alive.filter(isHealthy), alive.length)]
      for (const victim of victims.slice(0, step.kill)) this.tasks.stop(victim)
      for (let i = 0; i < step.start; i++) this.schedule(app)
      if (step.start > 0) this.launcher.tick()
      const done = old.length === 0 && fresh.filter(isHealthy).length >= app.instances
      return { done, acted: step.kill + step.start > 0 }
    }
    await this.instances.until(settled(advance), signal)
  }

  private schedule(app: NormalizedApp): void {
    const id = `${safePath(app.id)}.instance-${uuidV1(this.clock.now())}`
    const since = new Date(this.clock.now()).toISOString()
    this.instances.save({
      id,
      app,
      goal: 'Running',
      condition: 'Scheduled',
      incarnation: 1,
      since,
      task: null,
    })
  }

  private isReadyOrGone(instanceId: string): boolean {
    const instance = this.instances.get(instanceId)
    return !instance || instance.goal === 'Stopped' || isHealthy(instance)
  }

  private announceChecks(app: NormalizedApp): void {
    for (const healthCheck of app.healthChecks ?? [])
      this.events.publish('add_health_check_event', { appId: app.id, version: app.version, healthCheck })
  }
}

/**
 * A condition that changes what it looks at: repeated until it has nothing more to do, and not asked
 * again by its own changes.
 */
function settled(advance: () => { done: boolean; acted: boolean }): () => boolean {
  let busy = false
  return () => {
    if (busy) return false
    busy = true
    try {
      for (;;) {
        const { done, acted } = advance()
        if (done || !acted) return done
      }
    } finally {
      busy = false
    }
  }
}
