import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isSameProcess, processIdentity } from '../../src/local/kit/processes.js'
import { BuiltCluster, hasProgram, httpServer, useBuiltCluster } from '../support/built-cluster.js'
import { tempDir } from '../support/run-cli.js'

const UP = ['local', 'up', '--port', '0', '--dns-port', '0']

/** Resolves when the process has said this on stdout or stderr. */
function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    let text = ''
    const listen = (part: string) => {
      text += part
      if (pattern.test(text)) resolve()
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
  })
}

describe('dcos local', () => {
  const cluster = useBuiltCluster()

  it('up finds the cluster that runs', async () => {
    const again = await cluster.json(...UP)
    assert.deepEqual(Object.keys(again), ['clusterId', 'pid', 'url', 'dns', 'engine', 'version', 'startedAt'])
    assert.equal(again.pid, cluster.running.pid)
    assert.match(await cluster.ok(...UP), /running already; attached to it/)
    const port = cluster.running.url.split(':').at(-1)!
    const stderrOf = async (...words: string[]) => (await cluster.dcos(['local', 'up', ...words])).stderr
    assert.deepEqual(
      [await stderrOf(), await stderrOf('--port', '0'), await stderrOf('--port', port)],
      ['', '', ''],
    )
    assert.match(await stderrOf('--port', '1'), /keeps the ports it has/)
  })

  it('status tells parts, addresses and health', async () => {
    const status = await cluster.json('local', 'status')
    assert.equal(status.running, true)
    assert.equal(status.url, cluster.running.url)
    assert.ok(status.parts.every((part: { healthy: boolean }) => part.healthy))
    const text = await cluster.ok('local', 'status')
    for (const part of ['store', 'l4lb', 'dns', 'agent', 'marathon', 'router'])
      assert.match(text, new RegExp(`^${part} +healthy`, 'm'))
  })

  it('keeps its files to their owner and its token to itself', async () => {
    assert.equal(statSync(join(cluster.dcosDir, 'local')).mode & 0o077, 0)
    const runs = [UP, ['local', 'status', '--verbose'], ['local', 'logs'], ['vip', 'list', '--verbose']]
    for (const args of runs) {
      const { stdout, stderr } = await cluster.dcos(args)
      assert.ok(!`${stdout}${stderr}`.includes(cluster.token), args.join(' '))
    }
  })

  describe('exec', () => {
    const codes: [script: string, code: number][] = [
      ['exit 0', 0],
      ['exit 7', 7],
      ['kill -9 $$', 137],
      ['kill -TERM $$', 143],
    ]
    for (const [script, code] of codes) {
      it(`ends as the command: ${script}`, async () => {
        assert.equal((await cluster.dcos(['local', 'exec', '--', 'sh', '-c', script])).code, code)
      })
    }

    it('passes stdin, stdout and stderr through', async () => {
      const args = ['local', 'exec', '--', 'sh', '-c', 'cat; echo beside >&2']
      const { stdout, stderr } = await cluster.dcos(args, { input: 'hello\n' })
      assert.deepEqual([stdout, stderr], ['hello\n', 'beside\n'])
    })

    it('leaves every word after -- to the command', async () => {
      const { stdout } = await cluster.dcos(['local', 'exec', '--', 'echo', '--json', '--help', '--', '-f'])
      assert.equal(stdout, '--json --help -- -f\n')
    })

    it('wants a command, behind --', async () => {
      for (const words of [[], ['--']]) {
        const { code, stderr } = await cluster.dcos(['local', 'exec', ...words])
        assert.deepEqual([code, /No command/.test(stderr)], [2, true])
      }
      const { code, stderr } = await cluster.dcos(['local', 'exec', 'sh', '-c', 'true'])
      assert.deepEqual([code, /Put `--` before/.test(stderr)], [2, true])
    })

    it('says when there is no such command', async () => {
      assert.equal((await cluster.dcos(['local', 'exec', '--', 'no-such-command'])).code, 127)
    })

    const signals: [signal: NodeJS.Signals, script: string, code: number][] = [
      ['SIGINT', 'trap "exit 9" INT; echo ready; while :; do sleep 0.05; done', 9],
      ['SIGTERM', 'trap "exit 0" TERM; echo ready; while :; do sleep 0.05; done', 0],
      ['SIGTERM', 'echo ready; while :; do sleep 0.05; done', 143],
    ]
    for (const [signal, script, expected] of signals) {
      it(`lets the command decide what ${signal} means: ${script}`, async () => {
        const { code } = await cluster.dcos(['local', 'exec', '--', 'sh', '-c', script], {
          started: (child) => void said(child, /ready/).then(() => child.kill(signal)),
        })
        assert.equal(code, expected)
      })
    }

    it("sees the cluster's names", async function () {
      if (!(await cluster.json('local', 'status')).names.works || !hasProgram('curl')) return this.skip()
      const words = ['seen-inside', '-p', '5555:0', '--cmd', httpServer('inside'), '--health-check', 'tcp']
      await cluster.ok('vip', 'create', ...words)
      const url = 'http://seen-inside.marathon.l4lb.thisdcos.directory:5555'
      assert.equal(await cluster.ok('local', 'exec', '--', 'curl', '-sS', url), 'inside')
    })
  })

  describe('logs', () => {
    const script = 'echo to stdout; echo to stderr >&2; sleep 0.3; echo later; exec sleep 1000'

    before(() => cluster.ok('vip', 'create', 'talker', '-p', '4000:0', '--cmd', script))

    it("shows the cluster's own log", async () =>
      assert.match(await cluster.ok('local', 'logs'), /up at http/))

    it("shows a task's stdout on stdout and its stderr on stderr, by app and by task", async () => {
      const { backends } = await cluster.json('vip', 'show', 'talker:4000')
      for (const task of ['/talker', 'talker', backends[0].task]) {
        const { stdout, stderr } = await cluster.dcos(['local', 'logs', task])
        assert.match(stdout, /^to stdout$/m)
        assert.match(stderr, /^to stderr$/m)
      }
    })

    it('follows with -f until Ctrl-C', async () => {
      const { code, stdout } = await cluster.dcos(['local', 'logs', '-f', '/talker'], {
        started: (child) => void said(child, /later/).then(() => child.kill('SIGINT')),
      })
      assert.equal(code, 130)
      assert.match(stdout, /later/)
    })

    it('knows no other tasks', async () => {
      const { code, stderr } = await cluster.dcos(['local', 'logs', 'nobody'])
      assert.deepEqual([code, /has run no task nobody/.test(stderr)], [1, true])
    })
  })
})

describe('dcos local, from start to end', () => {
  it('goes down, keeps its apps, comes up again, and forgets them at last', async () => {
    const cluster = new BuiltCluster()
    try {
      await cluster.up()
      await cluster.ok('vip', 'create', 'stays', '-p', '5556:0', '--cmd', 'exec sleep 1000')
      assert.deepEqual(await cluster.json('local', 'down'), { stopped: true, deleted: false })
      assert.deepEqual(await cluster.json('local', 'down'), { stopped: false, deleted: false })
      const status = await cluster.dcos(['local', 'status', '--json'])
      assert.deepEqual([status.code, JSON.parse(status.stdout)], [1, { running: false }])
      const { message } = await cluster.refused(['vip', 'list'], 1)
      assert.match(message, /nothing listens/)
      await cluster.up()
      assert.match(await cluster.ok('vip', 'list'), /stays\.marathon/)
    } finally {
      assert.deepEqual(await cluster.json('local', 'down', '--delete'), { stopped: true, deleted: true })
    }
    assert.ok(!existsSync(join(cluster.dcosDir, 'local')))
    assert.equal((await cluster.refused(['vip', 'list'], 1)).code, 'E_NO_CLUSTER')
  })

  it('outlives kill -9: commands say it, and the next start finds everything', async () => {
    const cluster = new BuiltCluster()
    try {
      await cluster.up()
      await cluster.ok('vip', 'create', 'survivor', '-p', '5557:0', '--cmd', 'exec sleep 1000')
      const { pid } = cluster.running
      const identity = (await processIdentity(pid)) ?? ''
      process.kill(pid, 'SIGKILL')
      while (await isSameProcess(pid, identity)) await new Promise((resolve) => setImmediate(resolve))
      assert.match((await cluster.refused(['vip', 'list'], 1)).text, /dcos local up/)
      assert.equal((await cluster.dcos(['local', 'status'])).code, 1)
      assert.equal((await cluster.dcos(['local', 'exec', '--', 'true'])).code, 1)
      await cluster.up()
      assert.match(await cluster.ok('vip', 'list'), /survivor\.marathon/)
    } finally {
      await cluster.ok('local', 'down', '--delete')
    }
  })

  it('stays in the foreground until Ctrl-C, and stops everything then', async () => {
    const cluster = new BuiltCluster()
    const { code, stdout } = await cluster.dcos([...UP, '--foreground'], {
      started: (child) => void said(child, /up at/).then(() => child.kill('SIGINT')),
    })
    assert.equal(code, 130)
    assert.match(stdout, /up at http:\/\/127\.0\.0\.1:\d+/)
    assert.equal((await cluster.dcos(['local', 'status'])).code, 1)
    await cluster.ok('local', 'down', '--delete')
  })

  it('says that its port is taken, and leaves nothing behind', async () => {
    const cluster = new BuiltCluster()
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const port = String((server.address() as { port: number }).port)
    try {
      const args = ['local', 'up', '--port', port, '--dns-port', '0']
      assert.match((await cluster.refused(args, 1)).text, new RegExp(`127\\.0\\.0\\.1:${port}[^]*--port`))
      assert.equal((await cluster.dcos(['local', 'status'])).code, 1)
    } finally {
      server.close()
    }
    await cluster.up()
    await cluster.ok('local', 'down', '--delete')
  })

  it('says that DCOS_DIR cannot be used', async () => {
    const file = join(tempDir(), 'a-file')
    writeFileSync(file, '')
    const cluster = new BuiltCluster()
    const options = { env: { DCOS_DIR: file } }
    assert.equal((await cluster.refused(UP, 1, options)).code, 'E_DCOS_DIR_UNUSABLE')
  })

  const usage: string[][] = [
    ['--port', '65536'],
    ['--port', '-1'],
    ['--port', 'x'],
    ['--dns-port', '99999'],
    ['--engine', 'steam'],
    ['--engine', 'kernel'],
    ['--unknown'],
    ['--foreground', '--json'],
    ['extra'],
  ]
  for (const words of usage) {
    it(`refuses local up ${words.join(' ')}`, async () => {
      const cluster = new BuiltCluster()
      assert.equal((await cluster.dcos(['local', 'up', ...words])).code, 2)
    })
  }
})
