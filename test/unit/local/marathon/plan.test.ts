import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { NormalizedApp } from '../../../../src/definitions/app.js'
import { normalizeApp } from '../../../../src/definitions/normalize-app.js'
import {
  type AppChange,
  nextRollingStep,
  planSteps,
  type RollingState,
} from '../../../../src/local/parts/marathon/plan.js'

/** minimumHealthCapacity, maximumOverCapacity, instances; then old, oldServing, oldKilling, started, ready → kill, start. */
const STEPS: [
  string,
  [number, number, number],
  [number, number, number, number, number],
  [number, number],
][] = [
  ['1/1: all new ones beside the old ones', [1, 1, 2], [2, 2, 0, 0, 0], [0, 2]],
  ['1/1: nothing while none is ready', [1, 1, 2], [2, 2, 0, 2, 0], [0, 0]],
  ['1/1: one old for one ready', [1, 1, 2], [2, 2, 0, 2, 1], [1, 0]],
  ['1/1: not twice for the same', [1, 1, 2], [2, 1, 1, 2, 1], [0, 0]],
  ['1/1: the rest', [1, 1, 2], [1, 1, 0, 2, 2], [1, 0]],
  ['1/0: one more than wanted, else nothing could move', [1, 0, 2], [2, 2, 0, 0, 0], [0, 1]],
  ['1/0: an old one goes for the new one', [1, 0, 2], [2, 2, 0, 1, 1], [1, 0]],
  ['1/0: the next new one', [1, 0, 2], [1, 1, 0, 1, 1], [0, 1]],
  ['1/0, one instance', [1, 0, 1], [1, 1, 0, 0, 0], [0, 1]],
  ['0/0: all old ones at once, new ones in their place only', [0, 0, 2], [2, 2, 0, 0, 0], [2, 0]],
  ['0/0: nothing while they die', [0, 0, 2], [2, 0, 2, 0, 0], [0, 0]],
  ['0/0: as they go', [0, 0, 2], [1, 0, 1, 0, 0], [0, 1]],
  ['0/0, one instance (MARATHON_SINGLE_INSTANCE_APP)', [0, 0, 1], [1, 1, 0, 0, 0], [1, 0]],
  ['0.5/0.5: half', [0.5, 0.5, 2], [2, 2, 0, 0, 0], [1, 1]],
  ['0.5/0.5: then the other half', [0.5, 0.5, 2], [1, 1, 0, 1, 1], [1, 1]],
  ['0.5/0.5, three: two have to serve', [0.5, 0.5, 3], [3, 3, 0, 0, 0], [1, 1]],
  ['old ones that do not serve go first', [1, 1, 2], [2, 0, 0, 0, 0], [2, 2]],
  ['fewer instances than before', [1, 1, 1], [3, 3, 0, 0, 0], [2, 0]],
  ['more instances than before', [1, 1, 4], [1, 1, 0, 0, 0], [0, 4]],
  ['all done', [1, 1, 2], [0, 0, 0, 2, 2], [0, 0]],
]

function rolling(
  [minimumHealthCapacity, maximumOverCapacity, instances]: [number, number, number],
  [old, oldServing, oldKilling, started, ready]: [number, number, number, number, number],
): RollingState {
  return {
    instances,
    old,
    oldServing,
    oldKilling,
    started,
    ready,
    minimumHealthCapacity,
    maximumOverCapacity,
  }
}

function app(id: string, more: object = {}): NormalizedApp {
  return normalizeApp({ id, cmd: 'true', ...more })
}

const steps = (...changes: AppChange[]) =>
  planSteps(changes).map(({ actions }) =>
    actions.map(({ action, app }) => `${action.replace('Application', '')} ${app}`).join(', '),
  )

describe('marathon: a rolling restart', () => {
  for (const [title, strategy, state, [kill, start]] of STEPS)
    it(title, () => assert.deepEqual(nextRollingStep(rolling(strategy, state)), { kill, start }))

  it('always ends, never with too few that serve nor with too many', () => {
    const capacity = fc.constantFrom(0, 0.25, 0.5, 0.75, 1)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), capacity, capacity, (instances, minimum, over) => {
        const least = Math.ceil(instances * minimum)
        const most = Math.floor(instances * (1 + over))
        let [old, fresh] = [instances, 0]
        for (let round = 0; old > 0 || fresh < instances; round++) {
          assert.ok(round < 60, 'it goes on for ever')
          const { kill, start } = nextRollingStep(
            rolling([minimum, over, instances], [old, old, 0, fresh, fresh]),
          )
          assert.ok(old - kill + fresh >= least, 'too few serve')
          assert.ok(old + fresh + start <= Math.max(most, least + 1), 'too many run')
          old -= kill
          fresh += start
        }
        assert.equal(fresh, instances)
      }),
    )
  })
})

describe('marathon: the steps of a change', () => {
  const a = app('/a')
  it('creates, also without instances', () => {
    assert.deepEqual(steps({ app: '/a', before: null, after: a }), ['Start /a', 'Scale /a'])
    const empty = app('/a', { instances: 0 })
    assert.deepEqual(steps({ app: '/a', before: null, after: empty }), ['Start /a', 'Scale /a'])
  })
  it('deletes', () => assert.deepEqual(steps({ app: '/a', before: a, after: null }), ['Stop /a']))
  it('scales', () =>
    assert.deepEqual(steps({ app: '/a', before: a, after: { ...a, instances: 3 } }), ['Scale /a']))
  it('restarts for another configuration, and when asked', () => {
    assert.deepEqual(steps({ app: '/a', before: a, after: { ...a, labels: { x: 'y' } } }), ['Restart /a'])
    assert.deepEqual(steps({ app: '/a', before: a, after: a, restart: true }), ['Restart /a'])
  })
  it('only scales when no instance is wanted', () =>
    assert.deepEqual(steps({ app: '/a', before: a, after: { ...a, cmd: 'false', instances: 0 } }), [
      'Scale /a',
    ]))
  it('has none for nothing', () => assert.deepEqual(steps({ app: '/a', before: a, after: a }), []))
  it('goes by dependencies, and survives a circle', () => {
    const b = app('/b', { dependencies: ['/a'] })
    const c = app('/c', { dependencies: ['/b'] })
    assert.deepEqual(
      steps(
        { app: '/c', before: null, after: c },
        { app: '/b', before: null, after: b },
        { app: '/a', before: null, after: a },
        { app: '/old', before: app('/old'), after: null },
      ),
      ['Stop /old', 'Start /c, Start /b, Start /a', 'Scale /a', 'Scale /b', 'Scale /c'],
    )
    const circle = app('/a', { dependencies: ['/c'] })
    assert.equal(
      steps(
        { app: '/a', before: null, after: circle },
        { app: '/c', before: null, after: app('/c', { dependencies: ['/a'] }) },
      ).length,
      3,
    )
  })
})
