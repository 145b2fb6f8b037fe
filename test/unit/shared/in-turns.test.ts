import assert from 'node:assert/strict'
import { inTurns } from '../../../src/shared/in-turns.js'

describe('tasks in turns', () => {
  it('keep the order and the limit', async () => {
    let running = 0
    let most = 0
    const results = await inTurns([5, 1, 3, 2, 4], 2, async (n) => {
      most = Math.max(most, ++running)
      for (let i = 0; i < n; i++) await null
      running--
      return n * 10
    })
    assert.deepEqual(results, [50, 10, 30, 20, 40])
    assert.equal(most, 2)
  })

  it('of nothing are nothing', async () => assert.deepEqual(await inTurns([], 3, async () => 1), []))
})
