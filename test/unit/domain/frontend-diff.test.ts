import assert from 'node:assert/strict'
import fc from 'fast-check'
import { diffFrontends, isEmptyPlan } from '../../../src/domain/frontend-diff.js'
import type { Frontend, FrontendPlan } from '../../../src/domain/vip.js'

function frontend(id: string, changes: Partial<Frontend> = {}): Frontend {
  return {
    id,
    protocol: 'tcp',
    ip: '11.0.0.1',
    port: 80,
    backends: [{ ip: '10.0.0.5', port: 31000, weight: 1 }],
    ...changes,
  }
}

/** What an engine does with a plan. */
function applied(table: readonly Frontend[], plan: FrontendPlan): Map<string, Frontend> {
  const result = new Map(table.map((one) => [one.id, one]))
  for (const id of plan.remove) assert.ok(result.delete(id), `${id} is not there to be removed`)
  for (const one of plan.change) assert.ok(result.has(one.id), `${one.id} is not there to be changed`)
  for (const one of plan.add) assert.ok(!result.has(one.id), `${one.id} is there already`)
  for (const one of [...plan.change, ...plan.add]) result.set(one.id, one)
  return result
}

/** A table without the order of its backends. */
function unordered(table: Iterable<Frontend>): Map<string, unknown> {
  return new Map(
    [...table].map((one) => [
      one.id,
      { ...one, backends: one.backends.map((b) => JSON.stringify(b)).sort() },
    ]),
  )
}

describe('the difference of two tables', () => {
  it('is added, changed and removed by id', () => {
    const same = frontend('same')
    const heavier = frontend('changed', { backends: [{ ip: '10.0.0.5', port: 31000, weight: 0 }] })
    assert.deepEqual(
      diffFrontends([same, frontend('changed'), frontend('gone')], [frontend('new'), heavier, same]),
      {
        add: [frontend('new')],
        change: [heavier],
        remove: ['gone'],
      },
    )
  })

  it('is in anything that traffic depends on', () => {
    const backend = { ip: '10.0.0.5', port: 31000, weight: 1 } as const
    const changes: Partial<Frontend>[] = [
      { ip: '11.0.0.2' },
      { port: 81 },
      { backends: [] },
      { backends: [{ ...backend, ip: '10.0.0.6' }] },
      { backends: [{ ...backend, port: 31001 }] },
      { backends: [{ ...backend, weight: 0 }] },
      { backends: [backend, { ...backend, port: 31001 }] },
    ]
    for (const change of changes) {
      const plan = diffFrontends([frontend('a')], [frontend('a', change)])
      assert.deepEqual(plan, { add: [], change: [frontend('a', change)], remove: [] })
      assert.equal(isEmptyPlan(plan), false)
    }
    assert.equal(isEmptyPlan(diffFrontends([], [frontend('a')])), false)
    assert.equal(isEmptyPlan(diffFrontends([frontend('a')], [])), false)
  })

  const backends = fc.uniqueArray(
    fc.record({
      ip: fc.constantFrom('10.0.0.5', '10.0.0.6'),
      port: fc.constantFrom(31000, 31001),
      weight: fc.constantFrom<0 | 1>(0, 1),
    }),
    { selector: ({ ip, port }) => `${ip} ${port}`, maxLength: 4 },
  )
  const table = fc.uniqueArray(
    fc
      .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('11.0.0.1', '11.0.0.2'), backends)
      .map(([id, ip, list]) => frontend(id, { ip, backends: list })),
    { selector: ({ id }) => id },
  )

  it('makes the new table of the old one', () => {
    fc.assert(
      fc.property(table, table, (old, wanted) => {
        const result = applied(old, diffFrontends(old, wanted))
        assert.deepEqual(unordered(result.values()), unordered(wanted))
      }),
    )
  })

  it('of equal tables is empty, in whatever order they are', () => {
    fc.assert(
      fc.property(table, (old) => {
        const turned = old.map((one) => ({ ...one, backends: [...one.backends].reverse() })).reverse()
        assert.equal(isEmptyPlan(diffFrontends(old, turned)), true)
      }),
    )
  })
})
