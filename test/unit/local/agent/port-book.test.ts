import assert from 'node:assert/strict'
import fc from 'fast-check'
import { PortBook } from '../../../../src/local/parts/agent/port-book.js'

describe('PortBook', () => {
  it('hands out each free port of the range once, whatever is asked for at the same time', async () => {
    const counts = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 8 })
    const busy = fc.uniqueArray(fc.integer({ min: 100, max: 119 }))
    await fc.assert(
      fc.asyncProperty(counts, busy, async (wanted, taken) => {
        const book = new PortBook(100, 119, async (port) => !taken.includes(port))
        const asked = await Promise.allSettled(wanted.map((count) => book.allocate(count)))
        const given = asked.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
        assert.equal(new Set(given).size, given.length)
        for (const port of given) assert.ok(port >= 100 && port <= 119 && !taken.includes(port))
        for (const answer of asked) {
          if (answer.status === 'rejected') assert.ok(answer.reason instanceof RangeError)
        }
      }),
    )
  })

  it('gives back what it took when there is not enough', async () => {
    const book = new PortBook(100, 104, async () => true)
    await assert.rejects(book.allocate(6), { name: 'RangeError', message: /100-104/ })
    assert.deepEqual((await book.allocate(5)).sort(), [100, 101, 102, 103, 104])
  })

  it('claims a port once, also outside the range, until it is released', async () => {
    const book = new PortBook(100, 104, async (port) => port !== 81)
    assert.equal(await book.claim(80), true)
    assert.equal(await book.claim(80), false)
    assert.equal(await book.claim(81), false)
    book.release([80])
    assert.equal(await book.claim(80), true)
  })
})
