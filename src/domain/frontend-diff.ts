import type { Frontend, FrontendPlan } from './vip.js'

/**
 * What an engine must do to get from one table of frontends to another. Empty when nothing changed;
 * the order of frontends and of backends does not matter. A frontend whose address or port moved
 * has another id and so is removed and added.
 */
export function diffFrontends(current: readonly Frontend[], wanted: readonly Frontend[]): FrontendPlan {
  const before = new Map(current.map((frontend) => [frontend.id, frontend]))
  const after = new Map(wanted.map((frontend) => [frontend.id, frontend]))
  const plan: FrontendPlan = { add: [], change: [], remove: [] }
  for (const frontend of after.values()) {
    const old = before.get(frontend.id)
    if (old === undefined) plan.add.push(frontend)
    else if (signature(old) !== signature(frontend)) plan.change.push(frontend)
  }
  for (const id of before.keys()) if (!after.has(id)) plan.remove.push(id)
  return plan
}

/** Whether applying the plan would do nothing. */
export function isEmptyPlan(plan: FrontendPlan): boolean {
  return plan.add.length + plan.change.length + plan.remove.length === 0
}

function signature(frontend: Frontend): string {
  const backends = frontend.backends.map((backend) => `${backend.ip} ${backend.port} ${backend.weight}`)
  return `${frontend.ip} ${frontend.port} ${backends.sort().join(',')}`
}
