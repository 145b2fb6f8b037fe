import type { NormalizedApp } from '../../../definitions/app.js'
import { isConfigChange } from '../../../definitions/normalize-app.js'
import type { Action } from './model.js'

/** The apps before and after a change; null on the side where the app does not exist. */
export interface AppChange {
  app: string
  before: NormalizedApp | null
  after: NormalizedApp | null
  /** Restart although nothing differs. */
  restart?: boolean
}

/**
 * The steps that carry a change out: everything that disappears, everything new, then scaling and
 * restarting by dependency layer. Empty steps are left out; no change gives no steps.
 * Source: Marathon 1.11, `core/deployment/DeploymentPlan.scala`.
 */
export function planSteps(changes: readonly AppChange[]): { actions: Action[] }[] {
  const stop = changes.filter((c) => c.before && !c.after).map((c) => action('StopApplication', c.app))
  const start = changes.filter((c) => !c.before && c.after).map((c) => action('StartApplication', c.app))
  const rest = layers(changes.filter((c) => c.after)).map((layer) => layer.flatMap(changeAction))
  return [stop, start, ...rest].filter((actions) => actions.length > 0).map((actions) => ({ actions }))
}

function changeAction(change: AppChange): Action[] {
  const { before, after } = change
  if (!after) return []
  if (!before) return [action('ScaleApplication', change.app)]
  const reconfigured = change.restart || isConfigChange(before, after)
  if (reconfigured && after.instances > 0) return [action('RestartApplication', change.app)]
  if (reconfigured || before.instances !== after.instances) return [action('ScaleApplication', change.app)]
  return []
}

/** Changed apps by dependency depth, those that depend on none of the others first. */
function layers(changes: AppChange[]): AppChange[][] {
  const byId = new Map(changes.map((change) => [change.app, change]))
  const depths = new Map<string, number>()
  const depthOf = (id: string, path: Set<string>): number => {
    const known = depths.get(id)
    if (known !== undefined) return known
    if (path.has(id)) return 0
    const inner = new Set(path).add(id)
    const below = (byId.get(id)?.after?.dependencies ?? []).filter((dependency) => byId.has(dependency))
    const depth = below.reduce((max, dependency) => Math.max(max, depthOf(dependency, inner) + 1), 0)
    depths.set(id, depth)
    return depth
  }
  const result: AppChange[][] = []
  for (const change of changes) {
    const depth = depthOf(change.app, new Set())
    result[depth] = [...(result[depth] ?? []), change]
  }
  return result.filter(Boolean)
}

function action(name: Action['action'], app: string): Action {
  return { action: name, app }
}

/** How a rolling restart stands. */
export interface RollingState {
  instances: number
  /** Instances of older versions that are not gone yet, those being killed included. */
  old: number
  /** Of the old ones: serving (healthy, not being killed), and being killed. */
  oldServing: number
  oldKilling: number
  /** New instances started so far, and those of them that are healthy and ready. */
  started: number
  ready: number
  minimumHealthCapacity: number
  maximumOverCapacity: number
}

/**
 * What a rolling restart does next: how many old instances to kill (those that do not serve first)
 * and how many new ones to start.
 * Source: Marathon 1.11, `core/deployment/impl/TaskReplaceActor.scala`: never fewer than
 * `ceil(instances × minimumHealthCapacity)` that serve, never more than
 * `floor(instances × (1 + maximumOverCapacity))` in all; where both are equal one more is allowed, else
 * nothing could move.
 */
export function nextRollingStep(state: RollingState): { kill: number; start: number } {
  const minHealthy = Math.ceil(state.instances * state.minimumHealthCapacity)
  let capacity = Math.floor(state.instances * (1 + state.maximumOverCapacity))
  if (minHealthy === capacity) capacity += 1
  const idle = state.old - state.oldServing - state.oldKilling
  const surplus = Math.max(0, state.oldServing + state.ready - minHealthy)
  const kill = idle + Math.min(state.oldServing, surplus)
  const room = Math.max(0, capacity - state.old - state.started)
  return { kill, start: Math.min(state.instances - state.started, room) }
}
