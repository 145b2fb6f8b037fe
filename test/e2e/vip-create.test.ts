import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { httpServer, useBuiltCluster } from '../support/built-cluster.js'
import { projectRoot, tempDir } from '../support/run-cli.js'

const SLEEP = 'exec sleep 1000'
const folder = tempDir()

/** A definition in a file of its own. */
function definition(name: string, app: object): string {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(app))
  return file
}

function fetchText(address: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(`http://${address}/`, { agent: false }, (response) => {
      let text = ''
      response.on('data', (part) => {
        text += part
      })
      response.on('end', () => resolve(text))
    }).on('error', reject)
  })
}

describe('dcos vip create', () => {
  const cluster = useBuiltCluster()

  it('makes a new app with a VIP that answers', async () => {
    const words = ['first', '-p', '5555:0', '--cmd', httpServer('one'), '--health-check', 'tcp']
    const created = await cluster.json('vip', 'create', ...words)
    assert.deepEqual(Object.keys(created), ['vips', 'app', 'deployment', 'virtual'])
    assert.equal(created.app, '/first')
    assert.equal(created.virtual, 'first.marathon.l4lb.thisdcos.directory:5555')
    assert.equal(typeof created.deployment, 'string')
    const [vip] = created.vips
    assert.deepEqual(Object.keys(vip), [
      'address',
      'kind',
      'label',
      'framework',
      'protocol',
      'port',
      'ip',
      'connect',
      'status',
      'apps',
      'backends',
    ])
    assert.deepEqual([vip.label, vip.status, vip.backends.length], ['/first:5555', 'healthy', 1])
    assert.equal(vip.ip.replace(/^11/, '127'), vip.connect.split(':')[0])
    assert.equal(await fetchText(vip.connect), 'one')
  })

  it('tells people the same in a line', async () => {
    const args = ['vip', 'create', 'line', '-p', '5555:0', '--cmd', SLEEP, '--instances', '2']
    const text = await cluster.ok(...args)
    assert.match(text, /^line\.marathon\.l4lb\.thisdcos\.directory:5555 {2}healthy {2}2\/2 backends/)
  })

  it('takes several ports, protocols and names', async () => {
    const ports = ['-p', '80:0,name=web', '-p', '53:0/tcp,udp,name=dns', '-p', '54:0/udp']
    const { vips } = await cluster.json('vip', 'create', 'many', ...ports, '--cmd', SLEEP)
    assert.deepEqual(
      vips.map((vip: { address: string; protocol: string }) => [vip.address.split(':')[1], vip.protocol]),
      [
        ['53', 'tcp'],
        ['53', 'udp'],
        ['54', 'udp'],
        ['80', 'tcp'],
      ],
    )
    assert.match(await cluster.ok('vip', 'list'), /many\S+:54 +udp/)
  })

  it('forwards UDP', async () => {
    const echo = `exec node -e "const s = require('dgram').createSocket('udp4'); s.on('message', (m, f) => s.send(m, f.port, f.address)); s.bind(process.argv[1], '127.0.0.1')" $PORT0`
    const { vips } = await cluster.json('vip', 'create', 'udp-echo', '-p', '7007:0/udp', '--cmd', echo)
    const [host, port] = vips[0].connect.split(':')
    const socket = createSocket('udp4')
    const answer = new Promise((resolve) => socket.once('message', (text) => resolve(String(text))))
    // The program may not listen yet when its task runs, and UDP tells nobody.
    const again = setInterval(() => socket.send('hello', Number(port), host), 50)
    assert.equal(await answer, 'hello')
    clearInterval(again)
    socket.close()
  })

  const networks: [network: string, publish: string, expected: object][] = [
    ['host', '80:0', { portDefinitions: [{ port: 0, protocol: 'tcp', labels: { VIP_0: '/net:80' } }] }],
    [
      'bridge',
      '80:8080,host-port=31999,name=http',
      {
        container: {
          type: 'MESOS',
          portMappings: [
            {
              containerPort: 8080,
              hostPort: 31999,
              protocol: 'tcp',
              name: 'http',
              labels: { VIP_0: '/net:80' },
            },
          ],
        },
      },
    ],
    [
      'dcos',
      '80:8080/udp',
      {
        container: {
          type: 'MESOS',
          portMappings: [{ containerPort: 8080, protocol: 'udp', labels: { VIP_0: '/net:80' } }],
        },
      },
    ],
  ]
  for (const [network, publish, expected] of networks) {
    it(`--dry-run prints the bare definition: ${network} ${publish}`, async () => {
      const args = ['vip', 'create', 'net', '-p', publish, '--cmd', SLEEP, '--network', network, '--dry-run']
      const app = await cluster.json(...args)
      assert.equal(app.id, '/net')
      assert.deepEqual({ ...app, ...expected }, app)
      assert.deepEqual(JSON.parse(await cluster.ok(...args)), app)
      assert.equal((await cluster.dcos(['vip', 'show', 'net:80'])).code, 1)
    })
  }

  it('writes every other flag into the definition', async () => {
    const words =
      'net -p 80:0 --id /group/net --instances 3 --cpus 0.5 --mem 64 --env A=b=c --label x=y --health-check http:/health --dry-run'
    const app = await cluster.json('vip', 'create', ...words.split(' '), '--cmd', SLEEP)
    const { id, instances, cpus, mem, env, labels, healthChecks } = app
    assert.deepEqual(
      [id, instances, cpus, mem, env, labels],
      ['/group/net', 3, 0.5, 64, { A: 'b=c' }, { x: 'y' }],
    )
    assert.deepEqual([healthChecks[0].protocol, healthChecks[0].path], ['MESOS_HTTP', '/health'])
  })

  it('makes an IP VIP', async () => {
    const { vips, virtual } = await cluster.json(
      ...['vip', 'create', 'by-ip', '--ip', '10.254.77.1', '-p', '80:0', '--cmd', SLEEP],
    )
    assert.equal(virtual, '10.254.77.1:80')
    assert.deepEqual([vips[0].kind, vips[0].framework], ['ip', null])
    assert.match(await cluster.ok('vip', 'show', '10.254.77.1:80'), /^Connect: +127\.254\.77\.1:/m)
  })

  it('deploys a file, with its own VIPs', async () => {
    const app = JSON.parse(readFileSync(join(projectRoot, 'examples/web.json'), 'utf8'))
    const file = definition('web.json', { ...app, id: '/from-file' })
    const { vips } = await cluster.json('vip', 'create', '--file', file)
    assert.equal(vips.length, 2)
    assert.ok(vips.every((vip: { backends: object[] }) => vip.backends.length === 2))
  })

  it('adds a VIP to a file: to the port it names, or to a new one', async () => {
    const app = { id: '/filed', cmd: SLEEP, portDefinitions: [{ port: 0, name: 'http' }] }
    const file = definition('filed.json', app)
    const preview = (...ports: string[]) =>
      cluster.json('vip', 'create', '--file', file, 'filed', ...ports, '--dry-run')
    const { portDefinitions } = await preview('-p', '81:0,name=http', '-p', '82:0,name=admin')
    assert.deepEqual(portDefinitions, [
      { port: 0, name: 'http', labels: { VIP_0: '/filed:81' } },
      { port: 0, protocol: 'tcp', name: 'admin', labels: { VIP_1: '/filed:82' } },
    ])
    const { virtual } = await cluster.json('vip', 'create', '--file', file, 'filed', '-p', '81:0')
    assert.equal(virtual, 'filed.marathon.l4lb.thisdcos.directory:81')
  })

  it('reads the definition from stdin', async () => {
    const input = JSON.stringify({
      id: 'piped',
      cmd: SLEEP,
      portDefinitions: [{ port: 0, labels: { VIP_0: '/piped:80' } }],
    })
    const { code, stdout } = await cluster.dcos(['vip', 'create', '--file', '-', '--json'], { input })
    assert.deepEqual([code, JSON.parse(stdout).app], [0, '/piped'])
  })

  it('adds a VIP to an app that runs, and says that it restarts', async () => {
    await cluster.ok('vip', 'create', 'base', '-p', '80:0,name=a', '--cmd', SLEEP)
    const args = ['vip', 'create', '--app', 'base', 'second', '-p', '81:0,name=a']
    const preview = await cluster.json(...args, '--dry-run')
    assert.deepEqual(Object.keys(preview), ['id', 'portDefinitions'])
    assert.deepEqual(preview.portDefinitions[0].labels, { VIP_0: '/base:80', VIP_1: '/second:81' })
    const { code, stdout, stderr } = await cluster.dcos([...args, '--json'])
    assert.equal(code, 0, stderr)
    assert.match(stderr, /restarts the tasks of \/base/)
    assert.deepEqual(
      JSON.parse(stdout).vips.map((vip: { label: string }) => vip.label),
      ['/second:81'],
    )
    assert.match((await cluster.dcos([...args.slice(0, -1), '82:0'])).stderr, /listen on \$PORT1/)
    assert.equal((await cluster.refused(args, 1)).code, 'E_VIP_EXISTS')
  })

  it('does not wait with --no-wait', async () => {
    const args = [
      'vip',
      'create',
      'later',
      '-p',
      '80:0',
      '--cmd',
      SLEEP,
      '--health-check',
      'tcp',
      '--no-wait',
    ]
    const { app, vips } = await cluster.json(...args)
    assert.equal(app, '/later')
    assert.ok(vips.every((vip: { status: string }) => vip.status === 'down'))
  })

  it('does not wait for instances that are not wanted', async () => {
    const { vips } = await cluster.json(
      'vip',
      'create',
      'none',
      '-p',
      '80:0',
      '--cmd',
      SLEEP,
      '--instances',
      '0',
    )
    assert.deepEqual([vips[0].status, vips[0].backends], ['down', []])
  })

  it('tells why it gave up waiting', async () => {
    const args = ['vip', 'create', 'sick', '-p', '80:0', '--cmd', SLEEP, '--health-check', 'tcp']
    const { code, stderr, stdout } = await cluster.dcos([...args, '--timeout', '1'])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /not done after 1 s: 1 of 1 instances run, 0 pass their health check/)
    assert.match(stderr, /vip delete sick\.marathon\.l4lb\.thisdcos\.directory:80 --with-app/)
  })

  it('tells of tasks that fail meanwhile, once', async () => {
    const args = ['vip', 'create', 'fails', '-p', '80:0', '--cmd', 'exit 3', '--health-check', 'tcp']
    const { code, stderr } = await cluster.dcos([...args, '--timeout', '3'])
    assert.equal(code, 1)
    assert.equal(stderr.match(/A task of \/fails failed/g)?.length, 1, stderr)
    assert.match(stderr, /local logs fails\.instance-/)
  })

  for (const json of [[], ['--json']]) {
    it(`says at Ctrl-C that the deployment goes on ${json}`, async () => {
      const name = `cut${json.length}`
      const args = ['vip', 'create', name, '-p', '80:0', '--cmd', SLEEP, '--health-check', 'tcp', ...json]
      const run = cluster.dcos(args, {
        started: (child) => {
          const look = async () => {
            const { code } = await cluster.dcos(['vip', 'show', `${name}:80`])
            if (code === 0) child.kill('SIGINT')
            else await look()
          }
          void look()
        },
      })
      const { code, stdout, stderr } = await run
      assert.deepEqual([code, stdout], [130, ''])
      assert.match(stderr, new RegExp(`the deployment of /${name} goes on`))
    })
  }
})
