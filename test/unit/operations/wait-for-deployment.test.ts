import assert from 'node:assert/strict'
import { waitForDeployment } from '../../../src/operations/wait-for-deployment.js'
import { FakeClock } from '../../support/fake-clock.js'
import { FakeCluster } from './fake-cluster.js'

const CHANGE = { deployment: 'd', app: '/x', next: ['Look.'] }

function waiting(timeoutSeconds = 10) {
  const clock = new FakeClock(1_000_000)
  const cluster = new FakeCluster([{ id: '/x', instances: 2, tasksRunning: 1 }])
  cluster.running.add('d')
  const ending = new AbortController()
  const notes: string[] = []
  const progress = { note: (text: string) => void notes.push(text) }
  const end = waitForDeployment(CHANGE, cluster, { timeoutSeconds, clock, signal: ending.signal, progress })
  end.catch(() => {})
  return { app: cluster.apps[0]!, cluster, clock, ending, end, notes }
}

describe('waiting for a deployment', () => {
  it('ends with it, and says nothing about a short one', async () => {
    const { cluster, clock, end, notes } = waiting()
    await clock.advance(1000)
    cluster.running.clear()
    await clock.advance(1000)
    await end
    assert.deepEqual([notes, clock.pending], [[], 0])
  })

  it('says how a long one comes on, when that changes', async () => {
    const { app, cluster, clock, end, notes } = waiting()
    await clock.advance(5000)
    app.healthChecks = [{}]
    app.tasksRunning = 2
    await clock.advance(3000)
    cluster.running.clear()
    await clock.advance(1000)
    await end
    assert.deepEqual(notes, [
      'Waiting for /x: 1 of 2 instances run.',
      'Waiting for /x: 2 of 2 instances run, 0 pass their health check.',
    ])
  })

  it('tells of a failure once, and of another one, never of one before', async () => {
    const { app, clock, notes } = waiting()
    const fail = (message: string, at: number) => {
      app.lastTaskFailure = { message, taskId: 't', timestamp: new Date(at).toISOString() }
    }
    fail('long ago', clock.now() - 60_000)
    await clock.advance(500)
    fail('boom', clock.now())
    await clock.advance(500)
    fail('boom', clock.now())
    await clock.advance(500)
    fail('bang', clock.now())
    await clock.advance(500)
    assert.deepEqual(notes, ['A task of /x failed: boom (t)', 'A task of /x failed: bang (t)'])
  })

  it('gives up with what is known', async () => {
    const { app, clock, end } = waiting(3)
    app.lastTaskFailure = { message: 'boom', taskId: 't', timestamp: new Date(0).toISOString() }
    await clock.advance(5000)
    await assert.rejects(end, (error: { code: string; message: string; next: string[] }) => {
      assert.equal(error.code, 'E_TIMEOUT')
      assert.match(error.message, /not done after 3 s: 1 of 2 instances run, the last failure was: boom/)
      assert.equal(error.next.at(-1), 'Look.')
      return true
    })
  })

  it('stops when the user has enough, and says that the cluster goes on', async () => {
    const { clock, end, ending, notes } = waiting()
    await clock.advance(100)
    const reason = new Error('enough')
    ending.abort(reason)
    await assert.rejects(end, reason)
    assert.deepEqual(notes, ['Not waiting any longer: the deployment of /x goes on.'])
    assert.equal(clock.pending, 0)
  })
})
