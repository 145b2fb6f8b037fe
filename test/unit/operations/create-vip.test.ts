import assert from 'node:assert/strict'
import { addVipsToApp } from '../../../src/operations/add-vips.js'
import { createVips } from '../../../src/operations/create-vip.js'
import { appWith, FakeCluster } from './fake-cluster.js'

const AT_ONCE = { force: false, waiting: null }
const port = (vipPort: number) => ({ vipPort, containerPort: 0, protocols: ['tcp' as const] })

const create = (cluster: FakeCluster, app: object, options = AT_ONCE) =>
  createVips(app as never, { marathon: cluster, sources: cluster.sources }, options)

const add = (cluster: FakeCluster, app: string, label: string, notes: string[] = []) =>
  addVipsToApp(
    { app, label, publish: [port(81)] },
    { marathon: cluster, sources: cluster.sources },
    AT_ONCE,
    { note: (text) => notes.push(text) },
  )

describe('creating VIPs', () => {
  it('sends the app and repeats its first address', async () => {
    const cluster = new FakeCluster()
    const created = await create(cluster, appWith('/x', '/x:80', '/x:90'))
    assert.deepEqual(cluster.calls, ['create'])
    assert.deepEqual(
      [created.app, created.deployment, created.virtual],
      ['/x', 'd1', 'x.marathon.l4lb.thisdcos.directory:80'],
    )
  })

  const refused: [what: string, app: object, code: string][] = [
    ['an app that is there', appWith('/old', '/new:80'), 'E_APP_EXISTS'],
    ['no VIP at all', { id: '/x', portDefinitions: [{ port: 0 }] }, 'E_NO_VIP'],
    ['a VIP of another app', appWith('/x', '/old:80'), 'E_VIP_TAKEN'],
    ['another spelling of a name', appWith('/x', 'old:99'), 'E_VIP_SPELLING'],
    ['a name that DNS cannot carry', appWith('/x', '/:80'), 'E_VIP_NAME'],
    ['a port that no packet carries', appWith('/x', '/x:70000'), 'E_VIP_PORT'],
    ['an IP VIP in the pool of names', appWith('/x', '11.1.1.1:80'), 'E_IP_VIP_TAKEN'],
    ["a node's host name as IP VIP", appWith('/x', '10.0.0.7:80'), 'E_IP_VIP_TAKEN'],
    ["a node's address as IP VIP", appWith('/x', '10.0.0.8:80'), 'E_IP_VIP_TAKEN'],
  ]
  for (const [what, app, code] of refused) {
    it(`refuses ${what}, and sends nothing`, async () => {
      const cluster = new FakeCluster([appWith('/old', '/old:80')])
      await assert.rejects(create(cluster, app), { code })
      assert.deepEqual(cluster.calls, [])
    })
  }

  it('unites VIPs under force', async () => {
    const cluster = new FakeCluster([appWith('/old', '/old:80')])
    await create(cluster, appWith('/x', '/old:80'), { force: true, waiting: null })
    assert.deepEqual(cluster.calls, ['create'])
  })

  it('takes an address on another port for another VIP', async () => {
    const cluster = new FakeCluster([appWith('/old', '/old:80', '10.9.9.9:80')])
    await create(cluster, appWith('/x', '/old:81', '10.9.9.9:81'))
    assert.deepEqual(cluster.calls, ['create'])
  })
})

describe('adding VIPs to an app', () => {
  it('changes its ports alone, and keeps what Marathon would drop', async () => {
    const cluster = new FakeCluster([{ ...appWith('/x', '/x:80'), resourceLimits: { cpus: 1 } }])
    const notes: string[] = []
    const created = await add(cluster, '/x', '/y', notes)
    assert.deepEqual(cluster.calls, ['update /x'])
    assert.deepEqual(Object.keys(cluster.bodies[0]!).sort(), ['portDefinitions', 'resourceLimits'])
    assert.equal(created.virtual, 'y.marathon.l4lb.thisdcos.directory:81')
    assert.deepEqual(notes, [
      "Adding the VIP restarts the tasks of /x: a label is part of an app's configuration.",
      'The app gets a new port for it: its program has to listen on $PORT1.',
    ])
  })

  it('minds the new VIP only: what the app shares already stays shared', async () => {
    const shared = [appWith('/x', '/s:80'), appWith('/z', '/s:80')]
    const cluster = new FakeCluster(shared)
    await add(cluster, '/x', '/fresh')
    assert.deepEqual(cluster.calls, ['update /x'])
  })

  it('refuses a VIP of another app, one that is there, and an app that is not', async () => {
    const cluster = new FakeCluster([appWith('/x', '/x:80', '/x:81'), appWith('/z', '/z:81')])
    const notes: string[] = []
    await assert.rejects(add(cluster, '/x', '/z', notes), { code: 'E_VIP_TAKEN' })
    await assert.rejects(add(cluster, '/x', '/x', notes), { code: 'E_VIP_EXISTS' })
    await assert.rejects(add(cluster, '/nobody', '/y', notes), { code: 'E_APP_NOT_FOUND' })
    assert.deepEqual([cluster.calls, notes], [[], []])
  })
})
