import assert from 'node:assert/strict'
import { useCluster } from '../support/local-cluster.js'

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const idle = (id: string, more: object = {}) => ({ id, cmd: 'exec sleep 600', ...more })

describe('marathon: apps', () => {
  const cluster = useCluster()
  const put = (path: string, body: unknown) => cluster.marathon(path, { method: 'PUT', body })
  const patch = (path: string, body: unknown) => cluster.marathon(path, { method: 'PATCH', body })

  it('are answered as submitted, stored with their ports, and keep Marathon’s key order', async () => {
    const { json, headers } = await cluster.create(idle('/first'))
    const { version, deployments } = json
    assert.match(version, ISO)
    assert.equal(headers['marathon-deployment-id'], deployments[0].id)
    assert.equal(headers.location, '/first')
    assert.deepEqual(json, {
      id: '/first',
      backoffFactor: 1.15,
      backoffSeconds: 1,
      cmd: 'exec sleep 600',
      cpus: 1,
      disk: 0,
      executor: '',
      instances: 1,
      labels: {},
      maxLaunchDelaySeconds: 300,
      mem: 128,
      gpus: 0,
      networks: [{ mode: 'host' }],
      portDefinitions: [{ port: 0, name: 'default', protocol: 'tcp' }],
      requirePorts: false,
      upgradeStrategy: { maximumOverCapacity: 1, minimumHealthCapacity: 1 },
      version,
      killSelection: 'YOUNGEST_FIRST',
      unreachableStrategy: { inactiveAfterSeconds: 0, expungeAfterSeconds: 0 },
      role: 'slave_public',
      tasksStaged: 0,
      tasksRunning: 0,
      tasksHealthy: 0,
      tasksUnhealthy: 0,
      deployments: [{ id: deployments[0].id }],
    })
    await cluster.deployed('/first')
    const app = await cluster.app('/first')
    assert.deepEqual(app.portDefinitions, [{ port: 10000, name: 'default', protocol: 'tcp' }])
    assert.deepEqual(app.versionInfo, { lastScalingAt: version, lastConfigChangeAt: version })
    assert.deepEqual([app.tasksRunning, app.tasksHealthy, app.deployments], [1, 0, []])
    assert.deepEqual(app.taskStats, app.tasksStats)
    assert.equal(app.taskStats.totalSummary.stats.counts.running, 1)
  })

  it('are found however the slashes stand, with a body on GET and with a trailing slash', async () => {
    for (const path of ['/v2/apps/first', '/v2/apps//first', '/v2/apps/first/', '/v2/apps/%2Ffirst'])
      assert.equal((await cluster.marathon(path)).json.app?.id, '/first', path)
    const odd = await cluster.marathon('/v2/apps', { body: '""' })
    assert.deepEqual([odd.status, odd.json.apps.length], [200, 1])
    const added = await cluster.marathon('/v2/apps/', { method: 'POST', body: idle('second/deep') })
    assert.deepEqual([added.status, added.json.id], [201, '/second/deep'])
    assert.equal((await cluster.marathon('/v2/apps//*')).json['*'].length, 2)
    const below = await cluster.marathon('/v2/apps/second/*')
    assert.deepEqual(
      below.json['*'].map((app: { id: string }) => app.id),
      ['/second/deep'],
    )
    assert.equal((await cluster.marathon('/v2/apps/nobody/*')).status, 404)
  })

  it('are listed by id, command and labels', async () => {
    await cluster.create(idle('/web', { labels: { tier: 'web' }, instances: 0 }))
    const ids = async (query: string) => {
      const { json } = await cluster.marathon(`/v2/apps?${query}`)
      return json.apps.map((app: { id: string }) => app.id).join(' ')
    }
    assert.equal(await ids('id=WEB'), '/web')
    assert.equal(await ids('cmd=SLEEP&id=deep'), '/second/deep')
    assert.equal(await ids('label=tier%3D%3Dweb'), '/web')
    assert.equal(await ids('label=tier!%3Dweb'), '')
    assert.equal((await cluster.marathon('/v2/apps?label=a%3Db')).status, 422)
    const [listed] = (await cluster.marathon('/v2/apps?embed=apps.tasks&id=first')).json.apps
    assert.equal(listed.tasks.length, 1)
    const [plain] = (await cluster.marathon('/v2/apps?id=first')).json.apps
    assert.ok(!('tasks' in plain) && 'tasksRunning' in plain)
  })

  it('are merged by PUT and PATCH, field by field, null meaning absent, the id of the body ignored', async () => {
    await cluster.deployed()
    const scaled = await put('/v2/apps/web', { id: '/other', instances: 0, cmd: null, labels: { a: 'b' } })
    assert.equal(scaled.status, 200, scaled.text)
    assert.equal(scaled.headers['marathon-deployment-id'], scaled.json.deploymentId)
    const app = await cluster.app('/web')
    assert.deepEqual([app.cmd, app.labels, app.version], ['exec sleep 600', { a: 'b' }, scaled.json.version])
    await cluster.deployed()
    const old = { id: '/web', instances: 0, ports: null, dependencies: null, version: null }
    assert.equal((await put('/v2/apps/web', old)).status, 200)
    await cluster.deployed()
    const ports = { portDefinitions: [{ port: 0, name: 'http', labels: { VIP_0: '/web:80' } }] }
    const patched = await patch('/v2/apps//web', ports)
    assert.equal(patched.status, 200, patched.text)
    await cluster.deployed()
    const [port] = (await cluster.app('/web')).portDefinitions
    assert.deepEqual([port.name, port.labels], ['http', { VIP_0: '/web:80' }])
  })

  it('are replaced by PUT with partialUpdate=false, and created by PUT', async () => {
    const replaced = await put('/v2/apps/web?partialUpdate=false', { cmd: 'true', instances: 0 })
    assert.equal(replaced.status, 200, replaced.text)
    assert.deepEqual((await cluster.app('/web')).labels, {})
    assert.equal((await put('/v2/apps/web?partialUpdate=false', { instances: 1 })).status, 422)
    const created = await put('/v2/apps/third', { cmd: 'exec sleep 600', instances: 0 })
    assert.deepEqual([created.status, created.headers.location], [201, '/third'])
    await cluster.deployed()
  })

  it('keep their version when nothing changes', async () => {
    const { version } = await cluster.app('/web')
    const same = await put('/v2/apps/web', { instances: 0 })
    assert.equal(same.status, 200)
    await cluster.deployed()
    assert.equal((await cluster.app('/web')).version, version)
  })

  it('have versions, newest first, and go back to one', async () => {
    const { versions } = (await cluster.marathon('/v2/apps/web/versions')).json
    assert.equal(versions.length, 4)
    assert.deepEqual(versions, [...versions].sort().reverse())
    assert.equal(versions[0], (await cluster.app('/web')).version)
    const oldest = versions.at(-1)
    const bare = (await cluster.marathon(`/v2/apps/web/versions/${oldest}`)).json
    assert.deepEqual([bare.id, bare.labels, 'tasksRunning' in bare], ['/web', { tier: 'web' }, false])
    const back = await put('/v2/apps/web', { id: '/web', version: oldest })
    assert.equal(back.status, 200, back.text)
    await cluster.deployed()
    assert.deepEqual((await cluster.app('/web')).labels, { tier: 'web' })
    const both = await put('/v2/apps/web', { version: oldest, instances: 3 })
    assert.equal(
      both.json.details[0].errors[0],
      "The 'version' field may only be combined with the 'id' field.",
    )
    assert.equal((await put('/v2/apps/web', { version: '2001-01-01T00:00:00.000Z' })).status, 404)
    assert.equal((await put('/v2/apps/web', { version: 'then' })).status, 422)
    const unknown = await cluster.marathon('/v2/apps/web/versions/2001-01-01T00:00:00Z')
    assert.equal(unknown.json.message, "App '/web' does not exist in version 2001-01-01T00:00:00.000Z")
    const bad = await cluster.marathon('/v2/apps/web/versions/then')
    assert.deepEqual([bad.status, bad.json.message.slice(0, 33)], [422, "Invalid timestamp provided 'then'"])
  })

  it('change together in one deployment, each with service ports of its own', async () => {
    const many = await put('/v2/apps', [
      idle('/many/a', { instances: 0 }),
      idle('/many/b', { instances: 0 }),
      { id: '/web', labels: { tier: 'db' } },
    ])
    assert.equal(many.status, 200, many.text)
    await cluster.deployed()
    const port = async (id: string) => (await cluster.app(id)).portDefinitions[0].port
    assert.notEqual(await port('/many/a'), await port('/many/b'))
    assert.deepEqual((await cluster.app('/web')).labels, { tier: 'db' })
    assert.equal((await patch('/v2/apps', [{ id: '/nobody', cmd: 'true' }])).status, 404)
    const nameless = await put('/v2/apps', [{ instances: 1 }])
    assert.deepEqual(nameless.json, { message: 'requirement failed: App Update must have app id set' })
  })

  it('are deleted with their versions', async () => {
    const gone = await cluster.marathon('/v2/apps/many/a', { method: 'DELETE' })
    assert.deepEqual(Object.keys(gone.json), ['version', 'deploymentId'])
    await cluster.deployed()
    assert.equal((await cluster.marathon('/v2/apps/many/a')).status, 404)
    await cluster.create(idle('/many/a', { instances: 0 }))
    assert.equal((await cluster.marathon('/v2/apps/many/a/versions')).json.versions.length, 1)
  })

  const post = { method: 'POST' }
  const del = { method: 'DELETE' }
  const put1 = { method: 'PUT', body: { instances: 1 } }
  const noApp = { message: "App '/no' does not exist" }
  const refusals: [string, string, object, number, object?][] = [
    ['an empty body', '/v2/apps', { ...post, body: '' }, 400],
    ['no JSON', '/v2/apps', { ...post, body: '{"id":' }, 400],
    ['an array', '/v2/apps', { ...post, body: [] }, 422],
    ['no command', '/v2/apps', { ...post, body: { id: '/x' } }, 422],
    ['a wrong type', '/v2/apps', { ...post, body: { id: '/x', cmd: 'true', cpus: 'one' } }, 422],
    [
      'another media type',
      '/v2/apps',
      { ...post, headers: { 'content-type': 'text/plain' }, body: '{}' },
      415,
      { message: 'Unsupported Media Type' },
    ],
    [
      'an id that exists',
      '/v2/apps',
      { ...post, body: idle('/first') },
      409,
      { message: 'An app with id [/first] already exists.' },
    ],
    ['an invalid app of an id that exists', '/v2/apps', { ...post, body: { id: '/first' } }, 422],
    ['an unknown app', '/v2/apps/no', {}, 404, { ...noApp, details: [] }],
    ['tasks of an unknown app', '/v2/apps/no/tasks', {}, 404, { ...noApp, details: [] }],
    ['versions of an unknown app', '/v2/apps/no/versions', {}, 404, { ...noApp, details: [] }],
    ['DELETE of an unknown app', '/v2/apps/no', del, 404, noApp],
    ['restart of an unknown app', '/v2/apps/no/restart', post, 404, noApp],
    [
      'an incomplete PATCH of an unknown app',
      '/v2/apps/no',
      { method: 'PATCH', body: { instances: 1 } },
      422,
    ],
    [
      'a complete PATCH of an unknown app',
      '/v2/apps/no',
      { method: 'PATCH', body: { cmd: 'true' } },
      404,
      noApp,
    ],
    ['DELETE of versions', '/v2/apps/first/versions', del, 405],
    ['DELETE of everything below', '/v2/apps/second/*', del, 405],
    ['PUT of tasks', '/v2/apps/first/tasks', put1, 405],
    ['DELETE of all', '/v2/apps', del, 405, { message: 'Method Not Allowed' }],
    ['an unknown path', '/v2/nope', {}, 404, { message: 'URI not found' }],
    [
      'scale and wipe',
      '/v2/apps/first/tasks?scale=true&wipe=true',
      del,
      400,
      { message: 'You cannot use scale and wipe at the same time.' },
    ],
    [
      'scale of an unknown app',
      '/v2/apps/no/tasks?scale=true',
      del,
      404,
      { message: "Path '/no' does not exist" },
    ],
    [
      'an unknown task',
      '/v2/apps/first/tasks/x.y',
      del,
      404,
      { message: "Task 'x.y' does not exist", details: [] },
    ],
    ['a path that cannot be decoded', '/v2/apps/%zz', {}, 400],
  ]
  for (const [what, path, init, status, body] of refusals)
    it(`refuses ${what}: ${status}`, async () => {
      const answer = await cluster.marathon(path, init)
      assert.equal(answer.status, status, answer.text)
      assert.equal(typeof answer.json.message, 'string')
      if (body) assert.deepEqual(answer.json, body)
      assert.ok((await cluster.app('/first')) && !(await cluster.app('/x')), 'nothing has changed')
    })

  it('tells where a definition is wrong', async () => {
    const syntax = await cluster.marathon('/v2/apps', { ...post, body: '{"id":' })
    assert.deepEqual([syntax.json.message, typeof syntax.json.details], ['Invalid JSON', 'string'])
    const type = await cluster.marathon('/v2/apps', { ...post, body: { id: '/x', cmd: 'true', cpus: 'one' } })
    assert.deepEqual(type.json, {
      message: 'Invalid JSON',
      details: [{ path: '/cpus', errors: ['error.expected.jsnumber'] }],
    })
    const rule = await cluster.marathon('/v2/apps', { ...post, body: { id: '/x' } })
    assert.deepEqual([rule.json.message, rule.json.details[0].path], ['Object is not valid', '/'])
  })

  it('answers what clients ask besides', async () => {
    assert.equal((await cluster.marathon('/ping')).text, 'pong')
    const info = (await cluster.marathon('/v2/info')).json
    assert.match(info.frameworkId, /-0000$/)
    assert.deepEqual([info.name, info.marathon_config.mesos_role], ['marathon', 'slave_public'])
    assert.equal((await cluster.marathon('/v2/pods', { method: 'HEAD' })).status, 404)
    assert.deepEqual((await cluster.marathon('/v2/plugins')).json, { plugins: [] })
    assert.equal((await cluster.api('/marathon/v2/apps/first')).json.app.id, '/first')
  })
})
