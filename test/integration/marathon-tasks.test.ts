import assert from 'node:assert/strict'
import { eventually, useCluster } from '../support/local-cluster.js'

const idle = (id: string, more: object = {}) => ({ id, cmd: 'exec sleep 600', ...more })

describe('marathon: tasks', () => {
  const cluster = useCluster()
  const del = (path: string) => cluster.marathon(path, { method: 'DELETE' })
  const post = (path: string, body?: unknown) => cluster.marathon(path, { method: 'POST', body })
  const ids = async (id: string) => (await cluster.tasks(id, 'TASK_RUNNING')).map((task) => task.id).sort()
  const relaunched = (id: string, old: string) =>
    eventually(async () => {
      const [task] = await cluster.tasks(id, 'TASK_RUNNING')
      return task && task.id !== old ? task : undefined
    }, `a new task of ${id}`)

  it('are told what the app is and where to listen', async () => {
    const portDefinitions = [
      { port: 0, name: 'http-api' },
      { port: 0, name: 'admin' },
    ]
    await cluster.run(idle('/shop/api', { cmd: 'env; exec sleep 600', portDefinitions, env: { MINE: 'x' } }))
    const [task] = await cluster.tasks('/shop/api')
    assert.match(task.id, /^shop_api\.instance-[0-9a-f-]{36}\._app\.1$/)
    assert.deepEqual(Object.keys(task).sort(), [
      'appId',
      'healthCheckResults',
      'host',
      'id',
      'ipAddresses',
      'localVolumes',
      'ports',
      'role',
      'servicePorts',
      'slaveId',
      'stagedAt',
      'startedAt',
      'state',
      'version',
    ])
    assert.deepEqual([task.host, task.servicePorts, task.role], ['127.0.0.1', [], 'slave_public'])
    assert.equal(task.ports.length, 2)
    const env = await eventually(async () => {
      const { readFile } = await import('node:fs/promises')
      const text = await readFile(`${cluster.paths.agent}/tasks/${task.id}/stdout`, 'utf8')
      return text.includes('MESOS_TASK_ID') ? text : undefined
    }, 'output')
    const [first, second] = task.ports
    for (const line of [
      `MESOS_TASK_ID=${task.id}`,
      'MARATHON_APP_ID=/shop/api',
      `PORT0=${first}`,
      `PORT1=${second}`,
      `PORTS=${first},${second}`,
      `PORT_ADMIN=${second}`,
      'HOST=127.0.0.1',
      'MINE=x',
    ])
      assert.ok(env.split('\n').includes(line), line)
  })

  it('are listed over all apps, with service ports, by status', async () => {
    const all = (await cluster.marathon('/v2/tasks?status=running')).json.tasks
    assert.deepEqual(all[0].servicePorts, [10000, 10001])
    assert.deepEqual((await cluster.marathon('/v2/tasks?status[]=staging')).json.tasks, [])
    assert.equal((await cluster.marathon('/v2/apps/shop/*/tasks')).json.tasks.length, 1)
  })

  it('are replaced in their instance when killed', async () => {
    const [old] = await ids('/shop/api')
    const { json } = await del('/v2/apps/shop/api/tasks?host=127.0.0.1')
    assert.equal(json.tasks[0].id, old)
    const task = await relaunched('/shop/api', old)
    assert.equal(task.id, old.replace(/1$/, '2'))
    const one = await del(`/v2/apps/shop/api/tasks/${task.id}`)
    assert.equal(one.json.task.id, task.id)
    const third = await relaunched('/shop/api', task.id)
    assert.deepEqual((await del('/v2/apps/shop/api/tasks?host=elsewhere')).json, { tasks: [] })
    const many = await post('/v2/tasks/delete', { ids: [third.id, 'gone.instance-0b1e._app.1'] })
    assert.deepEqual(
      many.json.tasks.map((t: { id: string }) => t.id),
      [third.id],
    )
    await relaunched('/shop/api', third.id)
  })

  it('and not replaced with scale=true', async () => {
    await cluster.run(idle('/shrink', { instances: 3 }))
    const [first, second, third] = await ids('/shrink')
    const scaled = await post('/v2/tasks/delete?scale=true', { ids: [second] })
    assert.equal(scaled.headers['marathon-deployment-id'], scaled.json.deploymentId)
    await cluster.deployed('/shrink')
    assert.deepEqual(await ids('/shrink'), [first, third])
    assert.equal((await cluster.app('/shrink')).instances, 2)
    const one = await del(`/v2/apps/shrink/tasks/${first}?scale=true`)
    assert.ok(one.json.deploymentId, one.text)
    await cluster.deployed('/shrink')
    assert.deepEqual(await ids('/shrink'), [third])
    await del('/v2/apps/shrink/tasks?scale=true')
    await cluster.deployed('/shrink')
    assert.equal((await cluster.app('/shrink')).instances, 0)
    assert.equal((await del('/v2/apps/shrink/tasks?scale=true')).status, 404)
  })

  it('stay alive when the kill with scale is refused by a lock', async () => {
    const broken = { id: '/held', fetch: [{ uri: 'file:///no/such' }], backoffSeconds: 3600 }
    await cluster.run(idle('/held'))
    const [task] = await ids('/held')
    await cluster.marathon('/v2/apps/held', { method: 'PATCH', body: broken })
    assert.equal((await del('/v2/apps/held/tasks?scale=true')).status, 409)
    assert.equal((await post('/v2/tasks/delete?scale=true', { ids: [task] })).status, 409)
    assert.deepEqual(await ids('/held'), [task])
    await del('/v2/apps/held')
  })

  it('wait longer each time they crash; the queue tells, and its delay can be taken away', async () => {
    const file = `${cluster.dcosDir}/mended`
    const cmd = `echo broken >&2; test -e ${file} || exit 7; exec sleep 600`
    await cluster.create({ id: '/crash', cmd, backoffSeconds: 3600, maxLaunchDelaySeconds: 7200 })
    const item = await eventually(async () => {
      const { queue } = (await cluster.marathon('/v2/queue')).json
      return queue.find((i: { delay: { overdue: boolean } }) => !i.delay.overdue)
    }, 'a delay in the queue')
    assert.deepEqual([item.app.id, item.count, item.role], ['/crash', 1, 'slave_public'])
    assert.ok(item.delay.timeLeftSeconds > 3590 && item.delay.timeLeftSeconds <= 3600)
    assert.equal(item.processedOffersSummary.rejectSummaryLastOffers.length, 10)
    const app = await cluster.app('/crash')
    assert.equal(app.lastTaskFailure.message, 'Command exited with status 7')
    assert.deepEqual([app.lastTaskFailure.state, app.lastTaskFailure.version], ['TASK_FAILED', app.version])
    const [dead] = app.tasks
    assert.deepEqual([dead.state, dead.ports, 'startedAt' in dead], ['TASK_FAILED', [], false])
    assert.deepEqual([app.tasksRunning, app.tasksStaged], [0, 0])
    const { writeFileSync } = await import('node:fs')
    writeFileSync(file, '')
    const reset = await del('/v2/queue//crash/delay')
    assert.deepEqual([reset.status, reset.text], [204, ''])
    const task = await relaunched('/crash', dead.id)
    assert.match(task.id, /\._app\.2$/)
    const none = await del('/v2/queue/crash/delay')
    assert.deepEqual(none.json, { message: 'Application /crash not found in tasks queue.' })
    assert.deepEqual((await cluster.marathon('/v2/queue')).json, { queue: [] })
  })

  it('that finish are started again', async () => {
    await cluster.create({ id: '/job', cmd: 'true', backoffSeconds: 0 })
    await eventually(async () => {
      const [task] = await cluster.tasks('/job')
      return /_app\.([3-9]|\d\d)/.test(task?.id ?? '') ? true : undefined
    }, 'the third run')
    assert.equal((await cluster.app('/job')).lastTaskFailure, undefined)
    await del('/v2/apps/job')
    await cluster.deployed('/job')
  })

  for (const [title, more] of [
    ['with an image', {}],
    ['with an image and a command', { cmd: 'exec sleep 600' }],
  ] as const)
    it(`${title} fail and say why`, async () => {
      const container = { type: 'MESOS', docker: { image: 'nginx' } }
      await cluster.create({ id: '/image', container, backoffSeconds: 3600, ...more })
      const failure = await eventually(async () => (await cluster.app('/image')).lastTaskFailure, 'a failure')
      assert.equal(failure.message, 'the embedded cluster runs commands, not container images')
      assert.equal(failure.state, 'TASK_FAILED')
      assert.equal((await cluster.marathon('/v2/queue')).json.queue[0].app.id, '/image')
      await del('/v2/apps/image')
      await cluster.deployed('/image')
    })

  it('wait for a port that somebody else holds, and take it when it is free', async () => {
    const ports = { portDefinitions: [{ port: 29_999 - (process.pid % 500) }], requirePorts: true }
    await cluster.run(idle('/holder', ports))
    await cluster.create(idle('/waiter', ports))
    const item = await eventually(async () => {
      const { queue } = (await cluster.marathon('/v2/queue')).json
      return queue.find((i: { processedOffersSummary: { unusedOffersCount: number } }) => {
        return i.processedOffersSummary.unusedOffersCount > 0
      })
    }, 'a refused offer')
    const declined = item.processedOffersSummary.rejectSummaryLastOffers.filter(
      (row: { declined: number }) => row.declined > 0,
    )
    assert.deepEqual(declined, [{ reason: 'InsufficientPorts', declined: 1, processed: 1 }])
    await del('/v2/apps/holder')
    await cluster.deployed('/waiter')
    const [task] = await cluster.tasks('/waiter')
    assert.deepEqual(task.ports, [ports.portDefinitions[0]!.port])
  })

  for (const [what, path, body, status] of [
    ['a task id that is none', '/v2/tasks/delete', { ids: ['nonsense'] }, 400],
    ['no list of ids', '/v2/tasks/delete', { id: 'x' }, 422],
    ['scale and wipe', '/v2/tasks/delete?scale=true&wipe=true', { ids: [] }, 400],
  ] as const)
    it(`/v2/tasks/delete refuses ${what}: ${status}`, async () =>
      assert.equal((await post(path, body)).status, status))
})
