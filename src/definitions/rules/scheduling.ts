import type { AppDefinition } from '../app.js'
import { double, type Remark, type Rule, refused } from './rule.js'

/** Limits are not below what is asked for. */
export const resourceLimits: Rule = {
  id: 'resource-limit',
  severity: 'error',
  phase: 'current',
  check: ({ resourceLimits = {}, cpus = 1, mem = 128 }) =>
    Object.entries({ cpus, mem }).flatMap(([field, asked]): Remark[] => {
      const limit = resourceLimits[field as 'cpus' | 'mem']
      const path = `/resourceLimits/${field}`
      if (typeof limit === 'string' && limit !== 'unlimited')
        return [refused(path, `'${limit}' is an invalid resource limit. It must be 'unlimited' or a number`)]
      if (typeof limit !== 'number' || limit >= asked) return []
      return [
        refused(
          path,
          `resource limit must be greater than or equal to requested resource (${double(asked)})`,
          {
            message: `the limit of ${limit} is below the ${asked} that the app asks for`,
          },
        ),
      ]
    }),
}

/** GPUs need the universal runtime. */
export const gpus: Rule = {
  id: 'gpu-engine',
  severity: 'error',
  phase: 'current',
  check: ({ gpus = 0 }, { container }) =>
    gpus > 0 && container?.type === 'DOCKER'
      ? [
          refused('/gpus', 'GPU resources only work with the Mesos containerizer', {
            serverPath: '/',
            fix: 'use "type": "MESOS"',
          }),
        ]
      : [],
}

/** Lost instances are replaced before they are given up, and stay for ever where data hangs on them. */
export const unreachable: Rule = {
  id: 'unreachable-strategy',
  severity: 'error',
  phase: 'model',
  check: ({ unreachableStrategy: strategy }) => {
    if (typeof strategy !== 'object') return []
    const { inactiveAfterSeconds: inactive = 0, expungeAfterSeconds: expunge = 0 } = strategy
    return inactive > expunge
      ? [
          refused(
            '/unreachableStrategy/inactiveAfterSeconds',
            `inactiveAfterSeconds (${inactive}) must be less or equal to expungeAfterSeconds, which is ${expunge}`,
          ),
        ]
      : []
  },
}

/** What holds for apps with persistent volumes, and for those that only declare `residency`. */
export const residentApps: Rule = {
  id: 'resident-app',
  severity: 'error',
  phase: 'current',
  check: (app) => {
    if (!isResident(app)) return []
    const remarks: Remark[] = []
    const over = app.upgradeStrategy?.maximumOverCapacity ?? 0
    if (over !== 0)
      remarks.push(
        refused('/upgradeStrategy/maximumOverCapacity', `got ${double(over)}, expected 0.0`, {
          fix: 'write 0',
        }),
      )
    if (typeof app.unreachableStrategy === 'object')
      remarks.push(
        refused('/unreachableStrategy', 'unreachableStrategy must be disabled for resident tasks', {
          serverPath: '/',
          fix: 'write "disabled"',
        }),
      )
    return remarks
  },
}

/** Apps labelled as single instance have one, and never a second during an upgrade. */
export const singleInstance: Rule = {
  id: 'single-instance',
  severity: 'error',
  phase: 'current',
  check: ({ labels = {}, instances = 1, upgradeStrategy }) => {
    if (labels.MARATHON_SINGLE_INSTANCE_APP !== 'true') return []
    const remarks: Remark[] =
      instances > 1
        ? [refused('/instances', 'Single instance app may only have one instance', { serverPath: '/' })]
        : []
    const strategy = upgradeStrategy ?? { maximumOverCapacity: 1, minimumHealthCapacity: 1 }
    for (const field of ['minimumHealthCapacity', 'maximumOverCapacity'] as const)
      if (strategy[field] !== 0)
        remarks.push(
          refused(`/upgradeStrategy/${field}`, `got ${double(strategy[field])}, expected 0.0`, {
            message: 'a single instance app needs an upgrade strategy of zeros',
            fix: 'write "upgradeStrategy": {"maximumOverCapacity": 0, "minimumHealthCapacity": 0}',
          }),
        )
    return remarks
  },
}

/** A list of roles is not empty when given. */
export const acceptedRoles: Rule = {
  id: 'accepted-roles',
  severity: 'error',
  phase: 'current',
  check: ({ acceptedResourceRoles: roles }) =>
    roles?.length === 0
      ? [refused('/acceptedResourceRoles', 'must not be empty', { fix: 'leave it out' })]
      : [],
}

function isResident(app: AppDefinition): boolean {
  return app.residency !== undefined || (app.container?.volumes ?? []).some((volume) => volume.persistent)
}
