import type { NormalizedApp } from '../../../definitions/app.js'
import type { Instance } from './model.js'

/**
 * Which instances go when an app shrinks by `count`: first those that are furthest from serving,
 * then by the app's killSelection (the youngest first unless it says otherwise).
 * Source: Marathon 1.11, `core/deployment/ScalingProposition.scala`.
 */
export function selectVictims(app: NormalizedApp, instances: readonly Instance[], count: number): Instance[] {
  const youngestFirst = app.killSelection !== 'OLDEST_FIRST'
  return [...instances]
    .sort((a, b) => rank(a) - rank(b) || compareAge(a, b) * (youngestFirst ? -1 : 1))
    .slice(0, Math.max(0, count))
}

function rank(instance: Instance): number {
  switch (instance.condition) {
    case 'Running':
      return 3
    case 'Starting':
      return 2
    case 'Provisioned':
    case 'Staging':
      return 1
    default:
      return 0
  }
}

function compareAge(a: Instance, b: Instance): number {
  const started = (instance: Instance) => instance.task?.startedAt ?? instance.since
  return started(a) < started(b) ? -1 : started(a) > started(b) ? 1 : 0
}

/** Whether an instance counts as healthy for a deployment: running, and every check it has passed once. */
export function isHealthy(instance: Instance): boolean {
  if (instance.condition !== 'Running' || !instance.task) return false
  const checks = instance.app.healthChecks?.length ?? 0
  return instance.task.health.filter((result) => result?.alive).length === checks
}
