import assert from 'node:assert/strict'
import { eventually, useCluster } from '../support/local-cluster.js'

const idle = (id: string, more: object = {}) => ({ id, cmd: 'exec sleep 600', ...more })
/** An app that never comes to run, so that its deployment stays. */
const stuck = (id: string, more: object = {}) =>
  idle(id, { fetch: [{ uri: 'file:///no/such/file' }], backoffSeconds: 3600, ...more })
const manyPorts = (length: number) => Array.from({ length }, () => ({ port: 0 }))
type Task = { id: string; version: string }

describe('marathon: deployments', () => {
  const cluster = useCluster()
  const put = (path: string, body: unknown) => cluster.marathon(path, { method: 'PUT', body })
  const del = (path: string) => cluster.marathon(path, { method: 'DELETE' })
  const ids = async (id: string) => (await cluster.tasks(id)).map((task) => task.id).sort()
  const failedOnce = (id: string) =>
    eventually(async () => ((await cluster.app(id)).lastTaskFailure ? true : undefined), `a failure of ${id}`)

  it('scale up and down, keeping what can stay', async () => {
    await cluster.run(idle('/scale'))
    const first = await ids('/scale')
    const { version } = await cluster.app('/scale')
    assert.equal((await put('/v2/apps/scale', { instances: 3 })).status, 200)
    await cluster.deployed('/scale')
    const three = await ids('/scale')
    assert.equal(three.length, 3)
    assert.ok(three.includes(first[0]))
    const scaled = await cluster.app('/scale')
    assert.equal(scaled.versionInfo.lastConfigChangeAt, version)
    assert.notEqual(scaled.version, version)
    await put('/v2/apps/scale', { instances: 1 })
    await cluster.deployed('/scale')
    assert.deepEqual(await ids('/scale'), first, 'the oldest stays')
    await put('/v2/apps/scale', { instances: 0 })
    await cluster.deployed('/scale')
    assert.deepEqual(await ids('/scale'), [])
  })

  it('restart all tasks, on request and for another configuration', async () => {
    await put('/v2/apps/scale', { instances: 2 })
    await cluster.deployed('/scale')
    const before = await ids('/scale')
    const restart = await cluster.marathon('/v2/apps/scale/restart', { method: 'POST', body: {} })
    assert.equal(restart.status, 200)
    await cluster.deployed('/scale')
    const after = await ids('/scale')
    assert.equal(after.length, 2)
    assert.ok(after.every((id) => !before.includes(id)))
    const { version, versionInfo } = await cluster.app('/scale')
    assert.deepEqual([version, versionInfo.lastConfigChangeAt], [restart.json.version, restart.json.version])
    assert.notEqual(versionInfo.lastScalingAt, version)
    await put('/v2/apps/scale', { env: { A: 'b' } })
    await cluster.deployed('/scale')
    assert.ok((await ids('/scale')).every((id) => !after.includes(id)))
  })

  for (const [minimumHealthCapacity, maximumOverCapacity] of [
    [0, 0],
    [1, 0],
    [0.5, 0.5],
    [1, 1],
  ] as const)
    it(`roll by upgradeStrategy ${minimumHealthCapacity}/${maximumOverCapacity}`, async () => {
      const id = `/roll-${minimumHealthCapacity * 10}-${maximumOverCapacity * 10}`
      const upgradeStrategy = { minimumHealthCapacity, maximumOverCapacity }
      await cluster.run(idle(id, { instances: 2, upgradeStrategy }))
      const stream = await watchRunning(id)
      await put(`/v2/apps${id}`, { env: { A: 'b' } })
      await cluster.deployed(id)
      const tasks: Task[] = await cluster.tasks(id, 'TASK_RUNNING')
      const { version } = await cluster.app(id)
      assert.deepEqual(
        tasks.map((task) => task.version),
        [version, version],
      )
      const counts = stream()
      assert.ok(Math.min(...counts) >= Math.ceil(2 * minimumHealthCapacity), `too few: ${counts}`)
      const [least, most] = [2 * minimumHealthCapacity, 2 * (1 + maximumOverCapacity)]
      assert.ok(Math.max(...counts) <= (least === most ? most + 1 : most), `too many: ${counts}`)
      await del(`/v2/apps${id}`)
      await cluster.deployed(id)
    })

  it('lock their app, unless forced', async () => {
    const { json } = await cluster.create(stuck('/locked'))
    await failedOnce('/locked')
    const [{ id }] = json.deployments
    const locked = await put('/v2/apps/locked', { instances: 2 })
    assert.equal(locked.status, 409)
    assert.deepEqual(locked.json, {
      message:
        "App is locked by one or more deployments. Override with the option '?force=true'. View details at '/v2/deployments/<DEPLOYMENT_ID>'.",
      deployments: [{ id }],
    })
    assert.equal((await cluster.app('/locked')).instances, 1)
    assert.equal((await put('/v2/apps/locked', { instances: 1 })).status, 200, 'no change needs no lock')
    const [plan] = (await cluster.marathon('/v2/deployments')).json
    assert.deepEqual(plan, {
      id,
      version: json.version,
      affectedApps: ['/locked'],
      affectedPods: [],
      steps: [
        { actions: [{ action: 'StartApplication', app: '/locked' }] },
        { actions: [{ action: 'ScaleApplication', app: '/locked' }] },
      ],
      currentActions: [{ action: 'ScaleApplication', app: '/locked', readinessCheckResults: [] }],
      currentStep: 2,
      totalSteps: 2,
    })
    const forced = await put('/v2/apps/locked?force=true', { fetch: [] })
    assert.equal(forced.status, 200, forced.text)
    await cluster.deployed('/locked')
    assert.equal((await cluster.tasks('/locked', 'TASK_RUNNING')).length, 1)
    assert.equal((await ids('/locked')).length, 1, 'what crashed is gone')
  })

  it('are rolled back: a creation disappears', async () => {
    const { json } = await cluster.create(stuck('/created'))
    await failedOnce('/created')
    const back = await del(`/v2/deployments/${json.deployments[0].id}`)
    assert.equal(back.status, 200, back.text)
    assert.equal(back.headers['marathon-deployment-id'], back.json.deploymentId)
    await cluster.deployed()
    assert.equal((await cluster.marathon('/v2/apps/created')).status, 404)
  })

  it('are rolled back: a change is undone, and a half-done restart leaves no mixture', async () => {
    await cluster.run(idle('/undo', { instances: 2 }))
    const change = await put('/v2/apps/undo', stuck('/undo'))
    await failedOnce('/undo')
    assert.equal((await del(`/v2/deployments/${change.json.deploymentId}`)).status, 200)
    await cluster.deployed('/undo')
    const app = await cluster.app('/undo')
    assert.deepEqual([app.fetch, app.tasksRunning], [undefined, 2])
    const tasks: Task[] = await cluster.tasks('/undo')
    assert.deepEqual(
      tasks.map(({ version }) => version),
      [app.version, app.version],
    )
    const restart = await cluster.marathon('/v2/apps/undo/restart', { method: 'POST' })
    const again = await del(`/v2/deployments/${restart.json.deploymentId}`)
    assert.equal(again.status, 200, again.text)
    await cluster.deployed('/undo')
    const versions = (await cluster.tasks('/undo')).map(({ version }) => version)
    assert.deepEqual(versions, [again.json.version, again.json.version])
  })

  it('are cancelled with force: definitions stay, nothing hangs, what is missing is added', async () => {
    await cluster.run(idle('/cancel'))
    const change = await put('/v2/apps/cancel', stuck('/cancel'))
    await failedOnce('/cancel')
    const cancelled = await del(`/v2/deployments/${change.json.deploymentId}?force=true`)
    assert.deepEqual([cancelled.status, cancelled.text], [202, ''])
    assert.deepEqual((await cluster.marathon('/v2/deployments')).json, [])
    assert.equal((await cluster.app('/cancel')).fetch.length, 1)
    const unknown = await del(`/v2/deployments/${change.json.deploymentId}`)
    assert.deepEqual(
      [unknown.status, unknown.json.message],
      [404, `DeploymentPlan ${change.json.deploymentId} does not exist`],
    )
    await del('/v2/apps/cancel')
    await cluster.deployed()
  })

  it('leave an app its size when they are cancelled between killing and starting', async () => {
    const upgradeStrategy = { minimumHealthCapacity: 0, maximumOverCapacity: 0 }
    const cmd = "trap '' TERM; while :; do sleep 0.1; done"
    await cluster.run({ id: '/gap', cmd, taskKillGracePeriodSeconds: 1, upgradeStrategy })
    const [old] = await ids('/gap')
    const change = await put('/v2/apps/gap', { cmd: 'exec sleep 600' })
    await eventually(async () => (await cluster.tasks('/gap', 'TASK_KILLING'))[0])
    await del(`/v2/deployments/${change.json.deploymentId}?force=true`)
    await eventually(async () => (await cluster.tasks('/gap', 'TASK_RUNNING'))[0], 'a new task')
    await eventually(
      async () => ((await ids('/gap')).includes(old) ? undefined : true),
      'the end of the old one',
    )
    assert.equal((await cluster.tasks('/gap', 'TASK_RUNNING')).length, 1)
  })

  it('delete an app whose tasks wait in backoff', async () => {
    await cluster.create(stuck('/hopeless', { instances: 3 }))
    await failedOnce('/hopeless')
    assert.equal((await del('/v2/apps/hopeless')).status, 200, 'DELETE is forced unless it says otherwise')
    await cluster.deployed()
    assert.deepEqual((await cluster.marathon('/v2/queue')).json, { queue: [] })
  })

  it('do not get in each other’s way: 50 apps at once, created and deleted', async () => {
    const apps = Array.from({ length: 50 }, (_, n) => `/crowd/a${n}`)
    await Promise.all(apps.map((id) => cluster.create(idle(id))))
    await cluster.deployed()
    const { json } = await cluster.marathon('/v2/apps/crowd/*/tasks')
    const running = json.tasks.filter(({ state }: { state: string }) => state === 'TASK_RUNNING')
    assert.equal(running.length, 50)
    assert.equal(new Set(running.map(({ ports }: { ports: number[] }) => ports[0])).size, 50)
    const answers = await Promise.all(apps.map((id) => del(`/v2/apps${id}`)))
    assert.ok(answers.every(({ status }) => status === 200))
    await cluster.deployed()
    assert.deepEqual((await cluster.marathon('/v2/apps?id=crowd')).json, { apps: [] })
  })

  it('create and delete the same app again and again', async () => {
    await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        const id = `/again-${n % 4}`
        await cluster.marathon('/v2/apps?force=true', { method: 'POST', body: idle(id) })
        await del(`/v2/apps${id}`)
      }),
    )
    await cluster.deployed()
    assert.deepEqual((await cluster.marathon('/v2/apps?id=again')).json, { apps: [] })
    assert.deepEqual(
      (await cluster.marathon('/v2/tasks')).json.tasks.filter((t: Task) => /again/.test(t.id)),
      [],
    )
    // Most of the hundred ports that this cluster has: none may have been lost on the way.
    await cluster.run(idle('/ports', { portDefinitions: manyPorts(85) }))
    await del('/v2/apps/ports')
    await cluster.deployed()
  })

  /** Follows how many tasks of an app are running; the returned function tells the numbers seen so far. */
  async function watchRunning(id: string): Promise<() => number[]> {
    const running = new Set<string>((await cluster.tasks(id, 'TASK_RUNNING')).map((task) => task.id))
    const counts = [running.size]
    const stop = await cluster.follow('status_update_event', (event) => {
      if (event.appId !== id) return
      if (event.taskStatus === 'TASK_RUNNING') running.add(event.taskId)
      else running.delete(event.taskId)
      counts.push(running.size)
    })
    return () => {
      stop()
      return counts
    }
  }
})
