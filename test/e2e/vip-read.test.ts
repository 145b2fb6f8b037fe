import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { hasProgram, httpServer, useBuiltCluster } from '../support/built-cluster.js'
import { runCli } from '../support/run-cli.js'

const ZONE = 'marathon.l4lb.thisdcos.directory'

describe('dcos vip list, show, resolve and delete', () => {
  const cluster = useBuiltCluster()
  const create = (...words: string[]) => cluster.ok('vip', 'create', ...words, '--cmd', 'exec sleep 1000')
  const addresses = async (): Promise<string[]> =>
    (await cluster.json('vip', 'list')).map(
      (vip: { address: string; protocol: string }) => `${vip.address}/${vip.protocol}`,
    )

  it('list says what to do when there is none', async () => {
    assert.match(await cluster.ok('vip', 'list'), /^No VIPs yet/)
    assert.deepEqual(await cluster.json('vip', 'list'), [])
  })

  describe('with apps', () => {
    before(async () => {
      const server = httpServer('read me')
      const words = ['read', '-p', '8080:0', '--cmd', server, '--instances', '2', '--health-check', 'tcp']
      await cluster.ok('vip', 'create', ...words)
      await create('names', '-p', '53:0/tcp,udp')
      await create('ports', '-p', '81:0', '-p', '82:0')
      await create('upper', '-p', '83:0', '--id', '/upper-a')
      await create('UPPER', '-p', '83:0', '--id', '/upper-b', '--force')
    })

    it('list shows each in one line', async () => {
      const lines = (await cluster.ok('vip', 'list')).trimEnd().split('\n')
      assert.match(lines[0]!, /^ADDRESS +PROTO +IP +STATUS +BACKENDS +APP$/)
      assert.match(
        lines.find((line) => line.startsWith('read.'))!,
        /:8080 +tcp +11\.\S+ +healthy +2\/2 +\/read$/,
      )
      assert.equal(lines.length, 1 + 7)
    })

    it('list has colours only where they are wanted', async () => {
      const sequence = '\u001b['
      assert.ok(!(await cluster.ok('vip', 'list')).includes(sequence))
      const run = (env: Record<string, string>) => cluster.dcos(['vip', 'list'], { env })
      assert.ok((await run({ FORCE_COLOR: '1' })).stdout.includes(sequence))
      assert.ok((await run({ FORCE_COLOR: '1', NO_COLOR: '1' })).stdout.includes(sequence))
      assert.ok(!(await run({ NO_COLOR: '1' })).stdout.includes(sequence))
    })

    const fitting = [
      'read:8080',
      'read',
      '/read:8080',
      'READ:8080',
      'read:8080/tcp',
      `read.${ZONE}`,
      `read.${ZONE}:8080`,
      `Read.${ZONE.toUpperCase()}.:8080/TCP`,
    ]
    for (const address of fitting) {
      it(`show finds ${address}`, async () => {
        assert.equal((await cluster.json('vip', 'show', address)).address, `read.${ZONE}:8080`)
      })
    }

    it('show tells a protocol apart', async () => {
      assert.equal((await cluster.json('vip', 'show', 'names:53/udp')).protocol, 'udp')
    })

    it('show tells spellings apart by their label', async () => {
      assert.deepEqual((await cluster.json('vip', 'show', '/upper:83')).apps, ['/upper-a'])
      assert.deepEqual((await cluster.json('vip', 'show', '/UPPER:83')).apps, ['/upper-b'])
    })

    const several: [address: string, names: string[]][] = [
      ['names:53', ['/names:53/tcp', '/names:53/udp']],
      ['ports', ['/ports:81/tcp', '/ports:82/tcp']],
      ['upper:83', ['/UPPER:83/tcp', '/upper:83/tcp']],
    ]
    for (const [address, names] of several) {
      it(`show names those that ${address} fits, by names that work`, async () => {
        const { message, code } = await cluster.refused(['vip', 'show', address], 2)
        assert.equal(code, 'E_AMBIGUOUS_ADDRESS')
        for (const name of names) {
          assert.ok(message.includes(name), message)
          await cluster.ok('vip', 'show', name)
        }
      })
    }

    it('show and delete do not find what is not there, and tell what is near', async () => {
      for (const verb of ['show', 'delete']) {
        const near = await cluster.refused(['vip', verb, 'read:1'], 1)
        assert.equal(near.code, 'E_VIP_NOT_FOUND')
        assert.match(near.text, /\/read:8080\/tcp/)
        assert.match((await cluster.refused(['vip', verb, 'nobody:80'], 1)).text, /dcos vip list/)
      }
    })

    it('show and delete refuse what is no address', async () => {
      for (const address of ['', ':80', 'read:0', 'read:99999', 'read:http', '[10.0.0.1]:80/sctp'])
        for (const verb of ['show', 'delete']) await cluster.refused(['vip', verb, address], 2)
    })

    it('resolve gives the virtual IP that show gives', async () => {
      const { ip } = await cluster.json('vip', 'show', 'read:8080')
      for (const name of ['/read', 'read', 'read:8080', `read.${ZONE}`])
        assert.equal(await cluster.ok('vip', 'resolve', name), `${ip}\n`)
      assert.deepEqual(await cluster.json('vip', 'resolve', '/read'), [
        { name: '/read', address: `read.${ZONE}`, ip, source: 'cluster' },
      ])
    })

    it('resolve answers in the order asked, null for what has no address', async () => {
      const args = ['vip', 'resolve', '-', '--json']
      const { code, stdout, stderr } = await cluster.dcos(args, { input: 'nobody\n\n/read\n' })
      const ips = JSON.parse(stdout).map((result: { ip: string | null }) => result.ip === null)
      assert.deepEqual([code, ips], [1, [true, false]])
      assert.match(stderr, /no address for nobody\./)
      assert.equal((await cluster.refused(['vip', 'resolve', 'nobody'], 1)).code, 'E_NAME_NOT_FOUND')
    })

    it('curl, jq and dig see the same', function () {
      if (!['curl', 'jq', 'dig'].every(hasProgram)) return this.skip()
      const { dns } = cluster.running
      const [host, port] = dns.split(':')
      const shell = (script: string) =>
        spawnSync('sh', ['-c', script], {
          env: { ...process.env, ...cluster.env },
          encoding: 'utf8',
        }).stdout.trim()
      const dcos = `"${process.execPath}" "${process.cwd()}/bin/run.js"`
      assert.equal(
        shell(`curl -sS "http://$(${dcos} vip show read:8080 --json | jq -r .connect)/"`),
        'read me',
      )
      const ip = shell(`${dcos} vip resolve /read`)
      assert.equal(shell(`dig +short @${host} -p ${port} read.${ZONE}`), ip.replace(/^11\./, '127.'))
      assert.equal(shell(`${dcos} vip list --json | jq -r '.[].address' | grep -c ^ports`), '2')
    })

    it('a closed pipe is no error', () => {
      const dcos = `"${process.execPath}" "${process.cwd()}/bin/run.js"`
      const script = `${dcos} vip list | head -1; echo "\${PIPESTATUS[0]}"; ${dcos} vip list --json | true; echo "\${PIPESTATUS[0]}"`
      const run = spawnSync('bash', ['-c', script], {
        env: { ...process.env, ...cluster.env },
        encoding: 'utf8',
      })
      assert.match(run.stdout, /^ADDRESS.*\n0\n0\n$/)
      assert.equal(run.stderr, '')
    })

    it('a full disk behind stdout is an error', function () {
      if (!existsSync('/dev/full')) return this.skip()
      const script = `"${process.execPath}" "${process.cwd()}/bin/run.js" vip list`
      for (const words of ['', '--json']) {
        const env = { ...process.env, ...cluster.env }
        const run = spawnSync('sh', ['-c', `${script} ${words} > /dev/full`], { env, encoding: 'utf8' })
        assert.equal(run.status, 1, run.stderr)
        if (words === '') assert.match(run.stderr, /cannot be written: the disk is full/)
      }
    })

    it('leaves the stdin of a loop to the loop', () => {
      const script = `while read name; do "${process.execPath}" "${process.cwd()}/bin/run.js" vip list >/dev/null; echo "$name"; done`
      const env = { ...process.env, ...cluster.env }
      const { stdout } = spawnSync('sh', ['-c', script], { env, encoding: 'utf8', input: 'a\nb\nc\n' })
      assert.equal(stdout, 'a\nb\nc\n')
    })
  })

  describe('delete', () => {
    it('takes the label off, and the app stays', async () => {
      await create('gone', '-p', '90:0', '-p', '91:0')
      const { code, stdout, stderr } = await cluster.dcos(['vip', 'delete', 'gone:90'])
      assert.deepEqual([code, /restarts the tasks of \/gone/.test(stderr)], [0, true])
      assert.equal(stdout, `gone.${ZONE}:90 is gone from /gone.\n`)
      const left = (await addresses()).filter((address) => address.startsWith('gone'))
      assert.deepEqual(left, [`gone.${ZONE}:91/tcp`])
    })

    it('tells scripts what it did', async () => {
      await create('told', '-p', '90:0')
      const deleted = await cluster.json('vip', 'delete', 'told:90')
      assert.deepEqual(Object.keys(deleted), ['address', 'apps', 'removedApps', 'deployments'])
      assert.deepEqual(
        [deleted.address, deleted.apps, deleted.removedApps],
        [`told.${ZONE}:90`, ['/told'], false],
      )
    })

    it('--with-app removes every app that carries it, and says what goes with them', async () => {
      await create('both', '-p', '90:0', '-p', '92:0', '--id', '/both-a')
      await create('both', '-p', '90:0', '--id', '/both-b', '--force')
      const { code, stderr } = await cluster.dcos(['vip', 'delete', 'both:90', '--with-app', '--json'])
      assert.equal(code, 0, stderr)
      assert.match(stderr, /removes \/both-a, \/both-b and with them both\.\S+:92\/tcp/)
      assert.ok(!(await addresses()).some((address) => address.startsWith('both')))
    })

    it('touches nothing when the address fits several', async () => {
      await create('two', '-p', '90:0', '-p', '91:0')
      const before = await addresses()
      await cluster.refused(['vip', 'delete', 'two'], 2)
      assert.deepEqual(await addresses(), before)
    })

    it('takes both protocols of one label, never half of it', async () => {
      await create('pair', '-p', '53:0/tcp,udp')
      assert.equal((await cluster.refused(['vip', 'delete', 'pair:53/udp'], 2)).code, 'E_SHARED_LABEL')
      assert.match(await cluster.ok('vip', 'delete', 'pair:53'), /:53 \(tcp and udp\) is gone/)
      assert.ok(!(await addresses()).some((address) => address.startsWith('pair')))
    })
  })
})

describe('dcos vip resolve --offline', () => {
  const cases: [words: string[], ip: string][] = [
    [['/foo'], '11.64.238.105'],
    [['foo'], '11.64.238.105'],
    [['broker.kafka.l4lb.thisdcos.directory:9092'], '11.175.100.139'],
    [['broker', '--framework', 'kafka'], '11.175.100.139'],
    [['/foo', '--ipv6'], 'fd01:c::'],
  ]
  for (const [words, ip] of cases) {
    it(`computes ${words.join(' ')} without a cluster`, async () => {
      const { code, stdout, stderr } = await runCli(['vip', 'resolve', '--offline', ...words])
      assert.deepEqual([code, stderr], [0, ''])
      assert.ok(stdout.startsWith(ip), stdout)
    })
  }

  for (const name of ['/', 'a._.b', '1.2.3.4', '10.0.0.1:80']) {
    it(`refuses ${name}`, async () => {
      const { code, stdout } = await runCli(['vip', 'resolve', '--offline', name])
      assert.deepEqual([code, stdout], [2, ''])
    })
  }
})
