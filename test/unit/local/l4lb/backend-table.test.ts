import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type BackendSlot, BackendTable } from '../../../../src/local/parts/l4lb/backend-table.js'

const backend = (port: number, weight: 0 | 1 = 1) => ({ ip: '127.0.0.1', port, weight })

describe('BackendTable', () => {
  it('goes round when requests come one after the other', () => {
    const table = new BackendTable()
    table.update([backend(1), backend(2), backend(3)])
    const ports = Array.from({ length: 6 }, () => {
      const slot = table.choose()
      assert.ok(slot)
      table.release(slot)
      return slot.port
    })
    assert.deepEqual(ports, [1, 2, 3, 1, 2, 3])
  })

  it('prefers the backend with the fewest connections', () => {
    const table = new BackendTable()
    table.update([backend(1), backend(2)])
    const first = table.choose()!
    const second = table.choose()!
    table.release(first)
    assert.equal(table.choose(), first)
    table.release(second)
    assert.equal(table.choose(), second)
  })

  it('skips what was tried and says null in the end', () => {
    const table = new BackendTable()
    table.update([backend(1), backend(2)])
    const tried = new Set<BackendSlot>()
    for (let slot = table.choose(tried); slot !== null; slot = table.choose(tried)) tried.add(slot)
    assert.deepEqual([...tried].map((slot) => slot.port).sort(), [1, 2])
  })

  it('gives weight 0 and removed backends no new connections and counts their old ones', () => {
    const table = new BackendTable()
    table.update([backend(1), backend(2)])
    const old = table.choose()!
    table.update([backend(1, 0)])
    assert.equal(table.accepting, false)
    assert.equal(table.choose(), null)
    assert.deepEqual(table.stats(), { active: 1, backends: [{ ...backend(1, 0), active: 1 }] })
    table.update([])
    assert.equal(table.stats().active, 1)
    table.release(old)
    assert.deepEqual(table.stats(), { active: 0, backends: [] })
  })

  it('keeps the count of a backend that comes back', () => {
    const table = new BackendTable()
    table.update([backend(1)])
    table.choose()
    table.update([])
    table.update([backend(1)])
    assert.deepEqual(table.stats(), { active: 1, backends: [{ ...backend(1), active: 1 }] })
  })

  it('takes weight 1 when a backend is listed twice', () => {
    const table = new BackendTable()
    table.update([backend(1), backend(1, 0)])
    assert.equal(table.accepting, true)
  })

  it('never lets two backends differ by more than one connection while all accept', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(60), (count, connections) => {
        const table = new BackendTable()
        table.update(Array.from({ length: count }, (_, port) => backend(port + 1)))
        for (let i = 0; i < connections; i++) table.choose()
        const active = table.stats().backends.map((slot) => slot.active)
        assert.ok(Math.max(...active) - Math.min(...active) <= 1)
      }),
    )
  })
})
