import assert from 'node:assert/strict'
import dgram from 'node:dgram'
import { rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { eventually, type TestCluster, useCluster } from '../support/local-cluster.js'

/** Sends its task id to each client at once, and `still <text>` for every text it gets. */
const tcpServer = (port = '$PORT0') =>
  `exec '${process.execPath}' -e "require('net').createServer((c) => { c.on('error', () => {}); c.write(process.env.MESOS_TASK_ID); c.on('data', (d) => c.write('still ' + d)) }).listen(process.argv[1], '127.0.0.1')" ${port}`
const udpServer = `exec '${process.execPath}' -e "const s = require('dgram').createSocket('udp4'); s.on('message', (m, r) => s.send('echo ' + m, r.port, r.address)); s.bind(process.env.PORT0, '127.0.0.1')"`

const vipPort = (label: string, more: object = {}) => ({ port: 0, labels: { VIP_0: label }, ...more })
const served = (id: string, label: string, more: object = {}) => ({
  id,
  cmd: tcpServer(),
  portDefinitions: [vipPort(label)],
  // The server has to listen before anybody is sent to it.
  healthChecks: [
    { protocol: 'MESOS_TCP', portIndex: 0, delaySeconds: 0, intervalSeconds: 0, gracePeriodSeconds: 20 },
  ],
  ...more,
})

async function vipOf(cluster: TestCluster, name: string) {
  const vips = (await cluster.api('/local/v1/vips')).json as Record<string, string | null>[]
  return vips.find(({ address }) => address?.startsWith(name))
}

/** The address where a VIP accepts connections, once it does. */
function connectOf(cluster: TestCluster, name: string): Promise<string> {
  return eventually(async () => (await vipOf(cluster, name))?.connect ?? undefined, `${name} to be served`)
}

function dial(place: string): Promise<net.Socket> {
  const [host = '', port] = place.split(':')
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port: Number(port) }, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** What a connection says next. */
const heard = (socket: net.Socket) =>
  new Promise<string>((resolve, reject) => {
    socket.once('data', (data) => resolve(String(data)))
    socket.once('close', () => reject(new Error('closed')))
  })

/** The task that answers a new connection. */
async function answeredBy(place: string): Promise<string> {
  const socket = await dial(place)
  const task = await heard(socket)
  socket.destroy()
  return task
}

describe('VIPs', () => {
  const cluster = useCluster()
  const patch = (id: string, body: object) => cluster.marathon(`/v2/apps${id}`, { method: 'PATCH', body })
  const ids = async (id: string) => (await cluster.tasks(id, 'TASK_RUNNING')).map((task) => task.id).sort()

  it('stay open and are spread over new tasks while an app grows and shrinks', async () => {
    await cluster.run(served('/grow', '/vip-grow:5555', { instances: 1 }))
    const place = await connectOf(cluster, 'vip-grow.')
    const kept = await dial(place)
    const [first] = await ids('/grow')
    assert.equal(await heard(kept), first)
    await patch('/grow', { instances: 3 })
    await cluster.deployed('/grow')
    const three = await ids('/grow')
    await eventually(async () => {
      const seen = new Set(await Promise.all([0, 1, 2, 3, 4, 5].map(() => answeredBy(place))))
      return seen.size === 3 ? true : undefined
    }, 'all three tasks to answer')
    await patch('/grow', { instances: 1 })
    await cluster.deployed('/grow')
    assert.deepEqual(await ids('/grow'), [first])
    const gone = three.filter((id) => id !== first)
    await eventually(async () =>
      gone.includes(await answeredBy(place).catch(() => gone[0]!)) ? undefined : true,
    )
    for (let n = 0; n < 10; n++) assert.equal(await answeredBy(place), first)
    kept.write('there')
    assert.equal(await heard(kept), 'still there')
    kept.destroy()
  })

  it('keep their address through a restart of the app and lose it with the app', async () => {
    const before = await vipOf(cluster, 'vip-grow.')
    await cluster.marathon('/v2/apps/grow/restart', { method: 'POST' })
    await cluster.deployed('/grow')
    const [task] = await ids('/grow')
    const place = await connectOf(cluster, 'vip-grow.')
    assert.equal(await eventually(async () => ((await answeredBy(place)) === task ? task : undefined)), task)
    const after = await vipOf(cluster, 'vip-grow.')
    assert.deepEqual([after?.ip, after?.connect], [before?.ip, before?.connect])
    assert.match(String(before?.ip), /^11\./)
    assert.equal(before?.connect, `127${String(before?.ip).slice(2)}:5555`)
    assert.equal(before?.reason, null)
    await cluster.marathon('/v2/apps/grow', { method: 'DELETE' })
    await cluster.deployed('/grow')
    await eventually(
      async () => ((await vipOf(cluster, 'vip-grow.')) ? undefined : true),
      'the end of the VIP',
    )
    await assert.rejects(dial(place), /ECONNREFUSED/)
  })

  it('send nobody to a task before Mesos finds it healthy, and refuse when none is', async () => {
    const well = `${cluster.dcosDir}/well`
    const check = { protocol: 'COMMAND', command: { value: `test -e ${well}` }, maxConsecutiveFailures: 1000 }
    const healthChecks = [{ ...check, delaySeconds: 0, intervalSeconds: 0, gracePeriodSeconds: 0 }]
    const app = served('/ill', '/vip-ill:5556', { healthChecks })
    await cluster.create(app)
    await eventually(async () => (await cluster.app('/ill')).tasks[0]?.healthCheckResults[0], 'a result')
    const ill = await eventually(async () => await vipOf(cluster, 'vip-ill.'))
    assert.equal(ill.connect, null)
    const home = `127${String(ill.ip).slice(2)}:5556`
    await assert.rejects(dial(home), /ECONNREFUSED/)
    const net = (await cluster.api('/net/v1/vips')).json.find(({ vip }: { vip: string }) =>
      /vip-ill/.test(vip),
    )
    assert.equal(net.backend.length, 1, 'backends of weight 0 are shown')
    writeFileSync(well, '')
    await cluster.deployed('/ill')
    assert.equal(await connectOf(cluster, 'vip-ill.'), home)
    const open = await dial(home)
    assert.equal(await heard(open), (await ids('/ill'))[0])
    rmSync(well)
    await eventually(async () => ((await vipOf(cluster, 'vip-ill.'))?.connect === null ? true : undefined))
    await assert.rejects(dial(home), /ECONNREFUSED/)
    open.write('x')
    assert.equal(await heard(open), 'still x', 'weight 0 cuts nobody off')
    open.destroy()
  })

  it('do not care for Marathon-level checks', async () => {
    const healthChecks = [{ protocol: 'HTTP', path: '/', intervalSeconds: 1, gracePeriodSeconds: 600 }]
    await cluster.create(served('/unchecked', '/vip-unchecked:5557', { healthChecks }))
    const place = await connectOf(cluster, 'vip-unchecked.')
    assert.match(await eventually(() => answeredBy(place).catch(() => undefined)), /^unchecked/)
    assert.equal((await cluster.app('/unchecked')).deployments.length, 1)
  })

  for (const mode of ['container/bridge', 'container'])
    it(`work in ${mode} mode`, async () => {
      const id = `/mode-${mode.length}`
      const mapping = {
        containerPort: mode === 'container' ? 20_000 - (process.pid % 900) : 80,
        labels: { VIP_0: `${id}:5558` },
      }
      await cluster.run(
        served(id, '', {
          portDefinitions: undefined,
          networks: [{ mode, ...(mode === 'container' ? { name: 'dcos' } : {}) }],
          container: { type: 'MESOS', portMappings: [mapping] },
        }),
      )
      const place = await connectOf(cluster, id.slice(1))
      assert.equal(await answeredBy(place), (await ids(id))[0])
    })

  it('are shared by apps with the same label', async () => {
    await Promise.all(['/share-a', '/share-b'].map((id) => cluster.run(served(id, '/vip-shared:5559'))))
    const place = await connectOf(cluster, 'vip-shared.')
    const both = [...(await ids('/share-a')), ...(await ids('/share-b'))]
    await eventually(async () => {
      const seen = new Set(await Promise.all([0, 1, 2, 3].map(() => answeredBy(place))))
      return both.every((id) => seen.has(id)) ? true : undefined
    }, 'both apps to answer')
    await cluster.marathon('/v2/apps/share-a', { method: 'DELETE' })
    await cluster.deployed('/share-a')
    await eventually(async () => ((await answeredBy(place).catch(() => '')) === both[1] ? true : undefined))
  })

  it('of UDP carry datagrams both ways', async () => {
    const portDefinitions = [vipPort('/vip-udp:5560', { protocol: 'udp' })]
    await cluster.run({ id: '/udp', cmd: udpServer, portDefinitions })
    const [host, port] = (await connectOf(cluster, 'vip-udp.')).split(':')
    const client = dgram.createSocket('udp4')
    const answer = new Promise<string>((resolve) => client.once('message', (m) => resolve(String(m))))
    let done = false
    void answer.then(() => {
      done = true
    })
    await eventually(() => {
      client.send('hello', Number(port), host)
      return done ? true : undefined
    }, 'an echo')
    assert.equal(await answer, 'echo hello')
    client.close()
  })

  it('with an IP of their own are served in its place on loopback', async () => {
    const third = process.pid % 250
    await cluster.run(served('/ip', `10.7.${third}.9:5561`))
    const place = await connectOf(cluster, `10.7.${third}.9:5561`)
    assert.equal(place, `127.7.${third}.9:5561`)
    assert.equal(await answeredBy(place), (await ids('/ip'))[0])
    const vip = await vipOf(cluster, `10.7.${third}.9`)
    assert.match(String(vip?.reason), /does not own/)
    const { json } = await cluster.api('/net/v1/vips')
    assert.ok(json.some((entry: { vip: string }) => entry.vip === `10.7.${third}.9:5561`))
  })

  it('that cannot be had at once come as soon as their app is changed', async () => {
    await cluster.run({ id: '/later', cmd: tcpServer(), portDefinitions: [{ port: 0 }] })
    assert.equal(await vipOf(cluster, 'vip-later.'), undefined)
    const changed = await patch('/later', { portDefinitions: [vipPort('/vip-later:5562')] })
    assert.equal(changed.status, 200, changed.text)
    await cluster.deployed('/later')
    const place = await connectOf(cluster, 'vip-later.')
    assert.match(await eventually(() => answeredBy(place).catch(() => undefined)), /^later/)
  })
})
