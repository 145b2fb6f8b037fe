import type { Clock } from '../../../shared/clock.js'
import { messageOf } from '../../../shared/errors.js'
import { type Collection, unacknowledged } from '../../kit/store.js'
import { LockedError } from './api/errors.js'
import type { Apps } from './apps.js'
import type { EventBus } from './events.js'
import type { Action, Deployment } from './model.js'

/** Carries out one action of a step; aborted by the signal when the deployment is cancelled. */
export type RunAction = (action: Action, deployment: Deployment, signal: AbortSignal) => Promise<void>

/** Running deployments: one at a time per app, steps in sequence, the actions of a step together. */
export class Deployments {
  private readonly running = new Map<string, { plan: Deployment; abort: AbortController }>()
  private readonly progress: Collection<Deployment>

  constructor(
    private readonly kept: Collection<Deployment>,
    private readonly apps: Apps,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly runAction: RunAction,
    private readonly log: (line: string) => void,
  ) {
    this.progress = unacknowledged(kept, log)
  }

  list(): Deployment[] {
    return [...this.running.values()].map(({ plan }) => plan)
  }

  get(id: string): Deployment | undefined {
    return this.running.get(id)?.plan
  }

  /** Ids of the running deployments that touch an app. */
  ofApp(appId: string): string[] {
    return this.list()
      .filter((plan) => plan.affectedApps.includes(appId))
      .map((plan) => plan.id)
  }

  isLocked(appId: string): boolean {
    return this.ofApp(appId).length > 0
  }

  /** Throws a LockedError when a running deployment touches one of the apps and `force` is false. */
  checkLocks(appIds: readonly string[], force: boolean): void {
    const locking = this.list().filter((plan) => plan.affectedApps.some((app) => appIds.includes(app)))
    if (locking.length > 0 && !force) throw new LockedError(locking.map((plan) => plan.id))
  }

  /** Writes the changed apps and the plan in one go, cancels what is in its way, and begins. */
  start(plan: Deployment): void {
    this.apps.write(plan.changes, () => this.kept.put(plan.id, plan))
    for (const other of this.list())
      if (other.affectedApps.some((app) => plan.affectedApps.includes(app))) this.cancel(other.id)
    this.begin(plan)
  }

  /** Goes on with what was running when the cluster ended; at once, to see the instances before any is launched. */
  resume(): void {
    for (const [, plan] of this.kept.entries()) this.begin(plan, true)
  }

  /** Drops a deployment as it stands; tasks it started go on. */
  cancel(id: string): void {
    const entry = this.running.get(id)
    if (!entry) return
    this.forget(id)
    entry.abort.abort(new Error('The upgrade has been cancelled'))
    this.events.publish('deployment_failed', {
      id,
      plan: planJson(entry.plan),
      reason: 'The upgrade has been cancelled',
    })
  }

  /** Ends all work; the plans stay in the store. */
  stop(): void {
    for (const { abort } of this.running.values()) abort.abort(new Error('The cluster stops'))
    this.running.clear()
  }

  private begin(plan: Deployment, resumed = false): void {
    const abort = new AbortController()
    this.running.set(plan.id, { plan, abort })
    this.run(plan, abort.signal, resumed).catch((error) => {
      if (abort.signal.aborted) return
      this.log(`deployment ${plan.id} failed: ${messageOf(error)}`)
      this.cancel(plan.id)
    })
  }

  private async run(plan: Deployment, signal: AbortSignal, resumed: boolean): Promise<void> {
    // Whoever asked is answered, and the change announced, before the first step.
    if (!resumed) await this.clock.sleep(0, signal)
    for (let index = Math.max(0, plan.currentStep - 1); index < plan.steps.length; index++) {
      const step = plan.steps[index]!
      plan.currentStep = index + 1
      this.progress.put(plan.id, plan)
      const payload = { plan: planJson(plan), currentStep: step }
      this.events.publish('deployment_info', payload)
      await Promise.all(step.actions.map((action) => this.runAction(action, plan, signal)))
      signal.throwIfAborted()
      this.events.publish('deployment_step_success', payload)
    }
    this.forget(plan.id)
    this.events.publish('deployment_success', { id: plan.id, plan: planJson(plan) })
  }

  private forget(id: string): void {
    this.running.delete(id)
    this.progress.remove(id)
  }
}

/** A plan as events carry it. */
export function planJson(plan: Deployment): Record<string, unknown> {
  return { id: plan.id, steps: plan.steps, version: plan.version }
}
