import assert from 'node:assert/strict'
import dgram from 'node:dgram'
import { readFileSync } from 'node:fs'
import { decode, encode } from 'dns-packet'
import { type MesosStateJson, tasksOfState } from '../../src/domain/mesos-state.js'
import { buildVipTable } from '../../src/domain/vip-table.js'
import { ask, eventually, useCluster } from '../support/local-cluster.js'

const server = `exec '${process.execPath}' -e "require('http').createServer((q, s) => s.end('hello')).listen(process.env.PORT0, '127.0.0.1')"`
const HOST = 'Vip-Names'
const NAME = 'vip-names.marathon.l4lb.thisdcos.directory'

describe('names of VIPs and tasks', () => {
  const cluster = useCluster()
  let ip = ''
  let connect = ''

  before(async () => {
    await cluster.run({
      id: '/named/web.one',
      cmd: server,
      instances: 2,
      labels: { team: 'red' },
      portDefinitions: [{ port: 0, name: 'http', protocol: 'udp,tcp', labels: { VIP_0: `/${HOST}:8080` } }],
    })
    const vip = await eventually(async () => {
      const { json } = await cluster.api('/local/v1/vips')
      return json.find(
        (found: { connect: string | null; protocol: string }) => found.connect && found.protocol === 'tcp',
      )
    }, 'the VIP')
    assert.equal(vip.address, `${NAME}:8080`)
    assert.equal(vip.label, `/${HOST}:8080`)
    ip = vip.ip
    connect = vip.connect
  })

  /** Addresses that the cluster's DNS gives a name, and the code of the answer. */
  function resolve(name: string): Promise<{ addresses: string[]; rcode: string }> {
    const [host, port] = cluster.running.dns.split(':')
    const socket = dgram.createSocket('udp4')
    return new Promise((done) => {
      socket.once('message', (message) => {
        socket.close()
        const packet = decode(message) as ReturnType<typeof decode> & { rcode: string }
        const addresses = (packet.answers ?? []).map((answer) => String((answer as { data: unknown }).data))
        done({ addresses, rcode: packet.rcode })
      })
      socket.send(encode({ type: 'query', id: 1, questions: [{ type: 'A', name }] }), Number(port), host)
    })
  }

  it('/net/v1/* show the virtual IP, DNS the address where this machine reaches it', async () => {
    assert.match(ip, /^11\.\d+\.\d+\.\d+$/)
    assert.deepEqual((await cluster.api(`/net/v1/hosts/${NAME}`)).json, [{ host: NAME, ip }])
    assert.deepEqual((await cluster.api(`/net/v1/hosts/${NAME.toUpperCase()}.`)).json, [{ host: NAME, ip }])
    assert.deepEqual((await cluster.api('/net/v1/hosts/nobody.example')).json, [])
    const records = (await cluster.api('/net/v1/records')).json
    assert.deepEqual(
      records.filter(({ name }: { name: string }) => name === NAME),
      [{ name: NAME, host: ip, rtype: 'A' }],
    )
    const home = ip.replace(/^11/, '127')
    assert.equal(connect, `${home}:8080`)
    assert.deepEqual(await resolve(NAME), { addresses: [home], rcode: 'NOERROR' })
    assert.deepEqual((await resolve('VIP-names.marathon.L4LB.thisdcos.directory')).addresses, [home])
    assert.equal((await resolve(`no.${NAME}`)).rcode, 'NXDOMAIN')
  })

  it('/net/v1/vips has one element a protocol, with agent addresses and host ports', async () => {
    const tasks = await cluster.tasks('/named/web.one')
    const ports = tasks.map((task) => task.ports[0]).sort()
    const { json } = await cluster.api('/net/v1/vips')
    assert.deepEqual(
      json.map(
        ({
          vip,
          protocol,
          backend,
        }: {
          vip: string
          protocol: string
          backend: { ip: string; port: number }[]
        }) => [vip, protocol, backend.map((b) => b.port).sort(), backend.every((b) => b.ip === '127.0.0.1')],
      ),
      ['tcp', 'udp'].map((protocol) => [`${NAME}:8080`, protocol, ports, true]),
    )
  })

  it('tasks have the names of dcos-net and both of Mesos-DNS', async () => {
    for (const name of [
      'web-one-named.marathon.autoip.dcos.thisdcos.directory',
      'web-one-named.marathon.agentip.dcos.thisdcos.directory',
      'web-one-named.marathon.containerip.dcos.thisdcos.directory',
      'web.one.named.marathon.mesos',
      'web-one-named.marathon.mesos',
    ])
      assert.deepEqual((await resolve(name)).addresses, ['127.0.0.1'], name)
    const [known] = (await cluster.api('/net/v1/hosts/web-one-named.marathon.autoip.dcos.thisdcos.directory'))
      .json
    assert.equal(known.ip, '127.0.0.1')
  })

  it('the file of names holds the VIPs', () => {
    const lines = readFileSync(cluster.paths.hosts, 'utf8').split('\n')
    const home = ip.replace(/^11/, '127')
    assert.ok(
      lines.some((line) => line.startsWith(home) && line.split(/\s+/).includes(NAME)),
      lines.join('\n'),
    )
  })

  it('a task reaches a VIP by its name', async function () {
    const { names } = (await cluster.api('/local/v1/status')).json
    if (!names.works) this.skip()
    const file = `${cluster.dcosDir}/got`
    const get = `require('http').get('http://${NAME}:8080/', (r) => r.on('data', (d) => require('fs').writeFileSync('${file}', d)))`
    await cluster.create({ id: '/client', cmd: `'${process.execPath}' -e "${get}"; sleep 600` })
    const got = await eventually(() => {
      try {
        return readFileSync(file, 'utf8') || undefined
      } catch {
        return undefined
      }
    }, 'the answer')
    assert.equal(got, 'hello')
    assert.equal((await ask(`http://${connect}/`)).text, 'hello')
    await cluster.marathon('/v2/apps/client', { method: 'DELETE' })
    await cluster.deployed()
  })

  it('/mesos/state tells enough to rebuild the table of VIPs', async () => {
    const state = (await cluster.api('/mesos/state')).json as MesosStateJson & { cluster: string }
    assert.equal(state.cluster, 'local')
    const table = buildVipTable(tasksOfState(state))
    assert.deepEqual(
      table.map(({ key, backends }) => [key.protocol, key.port, backends.length, backends[0]?.app]),
      [
        ['tcp', 8080, 2, '/named/web.one'],
        ['udp', 8080, 2, '/named/web.one'],
      ],
    )
    const [task] = state.frameworks![0]!.tasks!
    assert.deepEqual([task!.name, task!.state], ['web.one.named', 'TASK_RUNNING'])
    assert.deepEqual(task!.labels, [{ key: 'team', value: 'red' }])
    assert.deepEqual((await cluster.api('/mesos/master/state')).json.frameworks[0].name, 'marathon')
    const summary = (await cluster.api('/mesos/master/state-summary')).json
    assert.deepEqual([summary.cluster, summary.slaves[0].TASK_RUNNING], ['local', 2])
    assert.ok(!('tasks' in summary.frameworks[0]))
  })

  it('names go with the last backend', async () => {
    await cluster.marathon('/v2/apps/named/web.one', { method: 'PATCH', body: { instances: 0 } })
    await cluster.deployed()
    await eventually(async () => ((await resolve(NAME)).rcode === 'NXDOMAIN' ? true : undefined), 'NXDOMAIN')
    assert.deepEqual((await cluster.api(`/net/v1/hosts/${NAME}`)).json, [])
    assert.deepEqual((await cluster.api('/net/v1/vips')).json, [])
    assert.ok(!readFileSync(cluster.paths.hosts, 'utf8').includes(NAME))
    await cluster.marathon('/v2/apps/named/web.one', { method: 'PATCH', body: { instances: 1 } })
    await cluster.deployed()
    const again = await eventually(async () => (await cluster.api(`/net/v1/hosts/${NAME}`)).json[0])
    assert.equal(again.ip, ip, 'the definition kept the address')
  })
})
