import assert from 'node:assert/strict'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { refusedAlike, useBuiltCluster } from '../support/built-cluster.js'
import { runCli, tempDir } from '../support/run-cli.js'

const CREATE = ['vip', 'create']
const APP = ['x', '-p', '80:0', '--cmd', 'exec sleep 1000']

/** Runs both ways where no cluster is attached: what is refused here was refused before anything could be sent. */
const refused = async (args: string[], exitCode: number, input?: string) =>
  refusedAlike(await runCli(args, { input }), await runCli([...args, '--json'], { input }), exitCode)

describe('dcos vip create refuses, before it looks for a cluster,', () => {
  const usage: [words: string[], says: RegExp][] = [
    [[], /name of the VIP.*\n.*vip create NAME -p/],
    [['x'], /ports of the VIP.*\n.*-p VIP_PORT:CONTAINER_PORT/],
    [['x', '-p', '80:0'], /what the app runs.*\n.*--cmd.*--image/],
    [['x', '-p', '80', '--cmd', 'true'], /container port is missing/],
    [['x', '-p', '0:80', '--cmd', 'true'], /VIP port must be a number from 1 to 65535, not '0'/],
    [['x', '-p', '65536:80', '--cmd', 'true'], /from 1 to 65535, not '65536'/],
    [['x', '-p', '80:65536', '--cmd', 'true'], /from 0 to 65535, not '65536'/],
    [['x', '-p', '80:80/sctp', '--cmd', 'true'], /'sctp' is no protocol/],
    [['x', '-p', '80:80,nam=x', '--cmd', 'true'], /'nam=x' is no option/],
    [['x', '-p', '80:80,name=X_y', '--cmd', 'true'], /'X_y'/],
    [['x', '-p', '80:80,host-port=1', '--cmd', 'true'], /host-port has no meaning on host networking/],
    [['x', '-p', '80:0', '--cmd', 'true', '--network', 'dcos'], /assigns no ports/],
    [['x', '-p', '80:0', '--cmd', 'true', '--network', 'a b'], /--network a b/],
    [['My_App', '-p', '80:0', '--cmd', 'true'], /--id/],
    [[...APP, '--cpus', 'many'], /--cpus many/],
    [[...APP, '--mem', '-1'], /--mem/],
    [[...APP, '--instances', '-1'], /instances/],
    [[...APP, '--timeout', '0'], /timeout/],
    [[...APP, '--env', 'A'], /--env A.*KEY=VALUE/],
    [[...APP, '--health-check', 'ftp'], /http:PATH, tcp and command:CMD/],
    [[...APP, '--ip', '1.2.3'], /--ip 1\.2\.3 is no IP address/],
    [[...APP, '--nonsense'], /--nonsense/],
    [[...APP, 'extra'], /extra/],
    [['--file', 'a.json', '--cmd', 'true'], /--file/],
    [['--file', 'a.json', '--instances', '3'], /--instances/],
    [['--file', 'a.json', '--app', '/x'], /--app/],
    [['--app', '/x', '--image', 'y'], /--app/],
  ]
  for (const [words, says] of usage) {
    it(`wrong usage: ${words.join(' ') || 'no words at all'}`, async () => {
      assert.match((await refused([...CREATE, ...words], 2)).text, says)
    })
  }

  const invalid: [words: string[], says: RegExp][] = [
    [['///', '-p', '80:0', '--cmd', 'true'], /letter or a digit/],
    [['a._.b', '-p', '80:0', '--cmd', 'true'], /a\.\.b.*DNS cannot carry/],
    [[...APP, '--id', '/Shop'], /--id \/Shop is no app id/],
    [[...APP, '--id', '../up'], /--id \.\.\/up/],
    [[...APP, '--ip', '11.1.2.3'], /pool of named VIPs/],
    [[...APP, '--ip', '127.0.0.1'], /loopback/],
    [['x', '-p', '80:0', '--cmd', 'x'], /\/cmd: .*one character/],
  ]
  for (const [words, says] of invalid) {
    it(`what can never work: ${words.join(' ')}`, async () => {
      assert.match((await refused([...CREATE, ...words], 3)).text, says)
    })
  }

  it('asks nothing when nobody can answer', async () => {
    for (const env of [{}, { CI: 'true' }]) {
      const { code, stderr } = await runCli(CREATE, { env })
      assert.deepEqual([code, stderr.startsWith('Error: ')], [2, true])
    }
  })

  describe('definitions', () => {
    const folder = tempDir()
    const file = (name: string, text: string | Buffer) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const app = (changes: object) => JSON.stringify({ id: '/x', cmd: 'exec sleep 1', ...changes }, null, 2)
    const vip = (label: string) => ({ portDefinitions: [{ port: 0, labels: { VIP_0: label } }] })

    const broken: [name: string, text: string | Buffer, place: string, says: RegExp][] = [
      ['empty', '', ':1:1', /empty/],
      ['blank', ' \n\n', ':', /empty/],
      ['cut', '{\n  "id": "/x",\n', ':3:1', /ends in the middle/],
      ['comma', '{\n  "id": "/x",,\n}', ':2:', /./],
      ['array', '[1]', ':1:1', /one object/],
      ['text', '"x"', ':1:1', /one object/],
      ['binary', Buffer.from([0xff, 0xfe, 0]), ':1:1', /UTF-8/],
      ['type', app({ ...vip('/x:80'), mem: 'much' }), ':12:10', /\/mem: expected a number/],
      ['no id', '{"cmd": "exec sleep 1"}', ':1:', /id/],
      ['vip port', app(vip('/x:99999')), ':', /99999|65535/],
      ['vip zero', app(vip('/x:0')), ':', /VIP_0|port/],
      ['vip text', app(vip('/x')), ':', /VIP_0|port/],
    ]
    for (const [name, text, place, says] of broken) {
      it(`with file, place and reason: ${name}`, async () => {
        const path = file(`${name}.json`, text)
        const { text: shown, code } = await refused([...CREATE, '--file', path], 3)
        assert.equal(code, 'E_DEFINITION_INVALID')
        assert.ok(shown.includes(`${path}${place}`), shown)
        assert.match(shown, says)
        assert.match(shown, /nothing was sent/)
        const piped = await refused([...CREATE, '--file', '-'], 3, String(text))
        assert.match(piped.text, /stdin:/)
      })
    }

    it('that are not there, no file, or far too large', async () => {
      const large = file('large.json', '')
      truncateSync(large, 50 * 1024 * 1024)
      mkdirSync(join(folder, 'folder'))
      const cases: [path: string, says: RegExp][] = [
        [join(folder, 'nope.json'), /no such file/],
        [join(folder, 'folder'), /is a folder/],
        [join(folder, 'large.json', 'x'), /no folder/],
        ['/dev/zero', /device/],
        [large, /50 MB/],
      ]
      for (const [path, says] of cases) {
        const { code, text } = await refused([...CREATE, '--file', path], 1)
        assert.equal(code, 'E_FILE')
        assert.match(text, says)
        assert.ok(text.includes(path))
      }
    })

    it('that pour out of stdin without end', async () => {
      await refused([...CREATE, '--file', '-'], 2, 'x'.repeat(11 * 1024 * 1024))
    })

    it('of pods and groups', async () => {
      const pod = { id: '/p', containers: [{ name: 'a', resources: { cpus: 0.1, mem: 32 } }] }
      const group = { id: '/g', apps: [{ id: 'a', cmd: 'exec sleep 1' }] }
      for (const [kind, value] of Object.entries({ pod, group }))
        assert.match(
          (await refused([...CREATE, '--file', '-'], 3, JSON.stringify(value))).text,
          new RegExp(`defines a ${kind}`),
        )
    })

    it('with a name and no ports', async () => {
      const path = file('fine.json', app(vip('/x:80')))
      assert.match((await refused([...CREATE, '--file', path, 'x'], 2)).text, /-p/)
    })
  })
})

describe('dcos vip without a cluster', () => {
  for (const words of [['list'], ['show', 'x:1'], ['delete', 'x:1'], ['resolve', 'x'], ['create', ...APP]]) {
    it(`${words[0]} says how to get one`, async () => {
      const { code, text } = await refused(['vip', ...words], 1)
      assert.equal(code, 'E_NO_CLUSTER')
      assert.match(text, /dcos local up[\s\S]*DCOS_URL/)
    })
  }
})

describe('dcos vip create refuses what collides in the cluster:', () => {
  const cluster = useBuiltCluster()
  const RUN = ['--cmd', 'exec sleep 1000']
  const state = () => cluster.ok('vip', 'list')

  before(() => cluster.ok('vip', 'create', 'taken', '-p', '80:0', ...RUN))

  it('an app id that is there', async () => {
    const { text, code } = await cluster.refused([...CREATE, 'taken', '-p', '81:0', ...RUN], 1)
    assert.equal(code, 'E_APP_EXISTS')
    assert.match(text, /--app \/taken/)
  })

  it('a VIP that another app declares, unless --force unites them', async () => {
    const before = await state()
    const args = [...CREATE, 'taken', '-p', '80:0', '--id', '/other', ...RUN]
    const { text, code } = await cluster.refused(args, 3)
    assert.equal(code, 'E_VIP_TAKEN')
    assert.match(text, /belongs to \/taken already[\s\S]*--force/)
    assert.equal(await state(), before)
    const { vips } = await cluster.json(...args, '--force')
    assert.deepEqual(vips[0].apps, ['/other', '/taken'])
  })

  it('no other VIP of an app that shares one already', async () => {
    await cluster.ok(...CREATE, '--app', '/taken', 'extra', '-p', '82:0')
  })

  it('two spellings of one name', async () => {
    const before = await state()
    const args = [...CREATE, 'Taken', '-p', '85:0', '--id', '/spelled', ...RUN]
    const { text, code } = await cluster.refused(args, 3)
    assert.equal(code, 'E_VIP_SPELLING')
    assert.match(text, /'\/Taken' and '\/taken' of \/taken/)
    assert.equal(await state(), before)
  })

  it('an app that is not there', async () => {
    const { text, code } = await cluster.refused([...CREATE, '--app', '/nobody', 'x', '-p', '80:0'], 1)
    assert.equal(code, 'E_APP_NOT_FOUND')
    assert.match(text, /\/taken/)
    assert.doesNotMatch(text, /restarts/)
  })

  it('a definition without a VIP', async () => {
    const input = '{"id": "/plain", "cmd": "exec sleep 1000"}'
    assert.equal((await cluster.refused([...CREATE, '--file', '-'], 3, { input })).code, 'E_NO_VIP')
  })
})
