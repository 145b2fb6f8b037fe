import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { eventually, useCluster } from '../support/local-cluster.js'

/** Serves; answers 503 while the file `sick` exists. */
const server = (sick: string) =>
  `exec '${process.execPath}' -e "require('http').createServer((q, s) => { s.statusCode = require('fs').existsSync('${sick}') ? 503 : 200; s.end(process.env.MESOS_TASK_ID) }).listen(process.env.PORT0, '127.0.0.1')"`
const FAST = { gracePeriodSeconds: 10, intervalSeconds: 0, timeoutSeconds: 5, delaySeconds: 0 }

describe('marathon: health checks', () => {
  const cluster = useCluster()
  const file = (name: string) => `${cluster.dcosDir}/${name}`
  const healthy = (id: string) =>
    eventually(async () => ((await cluster.app(id)).tasksHealthy === 1 ? true : undefined), `health of ${id}`)
  const result = async (id: string) => (await cluster.tasks(id))[0]?.healthCheckResults[0]

  const kinds: [string, object][] = [
    ['HTTP', { protocol: 'HTTP', path: '/' }],
    ['TCP', { protocol: 'TCP' }],
    ['MESOS_HTTP', { protocol: 'MESOS_HTTP', path: '/', portIndex: 0 }],
    ['MESOS_TCP', { protocol: 'MESOS_TCP', portIndex: 0 }],
    ['COMMAND', { protocol: 'COMMAND', command: { value: 'test -n "$PORT0"' } }],
  ]
  it('of every kind let a deployment end when they pass', async () => {
    const apps = kinds.map(([kind, check]) => ({
      id: `/${kind.toLowerCase().replace('_', '-')}`,
      cmd: server('/no/such'),
      healthChecks: [{ ...FAST, maxConsecutiveFailures: 0, ...check }],
    }))
    // Mesos kills at the first failure with 0; the grace period covers the start.
    await Promise.all(apps.map((app) => cluster.run(app)))
    for (const { id } of apps) {
      const app = await cluster.app(id)
      assert.deepEqual([app.tasksRunning, app.tasksHealthy, app.tasksUnhealthy], [1, 1, 0], id)
      const row = await result(id)
      assert.deepEqual([row.alive, row.consecutiveFailures], [true, 0])
      assert.match(row.firstSuccess, /Z$/)
      assert.match(row.instanceId, /\.instance-[0-9a-f-]{36}$/)
      assert.ok(!('lastFailure' in row) || id !== '/command')
    }
    await Promise.all(apps.map(({ id }) => cluster.marathon(`/v2/apps${id}`, { method: 'DELETE' })))
    await cluster.deployed()
  })

  it('keep a deployment going until the task is healthy', async () => {
    writeFileSync(file('sick'), '')
    const healthChecks = [{ ...FAST, protocol: 'HTTP', path: '/' }]
    await cluster.create({ id: '/slow', cmd: server(file('sick')), healthChecks })
    await eventually(async () => ((await result('/slow')) ? true : undefined), 'a first result')
    const app = await cluster.app('/slow')
    assert.equal(app.deployments.length, 1)
    assert.deepEqual([app.tasksRunning, app.tasksHealthy, app.tasksUnhealthy], [1, 0, 1])
    rmSync(file('sick'))
    await cluster.deployed('/slow')
    await healthy('/slow')
  })

  for (const [protocol, cause] of [
    ['HTTP', '503 Service Unavailable'],
    ['MESOS_HTTP', '503 Service Unavailable'],
  ] as const)
    it(`${protocol} kill what stays sick, and tell so`, async () => {
      const id = `/sick-${protocol.toLowerCase().replace('_', '-')}`
      const sick = file(id.slice(1))
      const events: Record<string, unknown>[] = []
      const stop = await cluster.follow('', (event) => events.push(event))
      const check = { ...FAST, protocol, path: '/', portIndex: 0, maxConsecutiveFailures: 2 }
      await cluster.run({ id, cmd: server(sick), healthChecks: [check] })
      const [old] = await cluster.tasks(id)
      writeFileSync(sick, '')
      await eventually(async () => {
        const [task] = await cluster.tasks(id)
        return task && task.id !== old.id ? true : undefined
      }, 'a new task')
      rmSync(sick)
      await healthy(id)
      stop()
      const failure = (await cluster.app(id)).lastTaskFailure
      assert.equal(failure.state, 'TASK_KILLED')
      assert.equal(failure.message, `Task was killed since health check failed. Reason: ${cause}`)
      assert.equal(failure.taskId, old.id)
      const mine = events.filter((event) => event.appId === id || event.runSpecId === id)
      const kinds = mine.map((event) => event.eventType)
      const before = kinds.slice(0, kinds.indexOf('unhealthy_instance_kill_event'))
      const failures = before.filter((kind) => kind === 'failed_health_check_event').length
      assert.equal(failures, protocol === 'HTTP' ? 3 : 2, 'Marathon kills at max + 1, Mesos at max')
      const flips = mine.filter((event) => event.eventType === 'health_status_changed_event')
      assert.deepEqual(flips.map((event) => event.alive).slice(0, 2), [true, false])
      assert.ok(kinds.includes('add_health_check_event'))
      const kill = mine.find((event) => event.eventType === 'unhealthy_instance_kill_event')
      assert.deepEqual([kill?.host, kill?.reason], ['127.0.0.1', cause])
    })

  it('0 failures means: never killed by Marathon', async () => {
    const sick = file('never')
    const healthChecks = [{ ...FAST, protocol: 'HTTP', path: '/', maxConsecutiveFailures: 0 }]
    await cluster.run({ id: '/never', cmd: server(sick), healthChecks })
    const [task] = await cluster.tasks('/never')
    writeFileSync(sick, '')
    const row = await eventually(async () => {
      const found = await result('/never')
      return found?.consecutiveFailures > 3 ? found : undefined
    }, 'four failures')
    assert.equal(row.lastFailureCause, '503 Service Unavailable')
    assert.equal((await cluster.tasks('/never'))[0].id, task.id)
  })
})
