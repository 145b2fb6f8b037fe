import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { AgentPart } from '../../src/local/parts/agent/agent.js'
import { readRecords } from '../../src/local/parts/agent/sandboxes.js'
import { systemClock } from '../../src/shared/clock.js'
import { TestAgent } from '../support/agent-task.js'

const node = process.execPath
const linux = process.platform === 'linux'

describe('agent: the life of a task', () => {
  let agent: TestAgent
  beforeEach(async () => {
    agent = new TestAgent({ PATH: process.env.PATH, HOME: '/home/ada', DCOS_ACS_TOKEN: 'secret' })
    await agent.part.start()
  })
  afterEach(async () => {
    await agent.part.stop()
    const left = agent.processes
    await agent.remove()
    assert.deepEqual(left, [])
  })

  const ends: [string, string | string[], string, string][] = [
    ['a command that succeeds', 'true', 'FINISHED', 'Command exited with status 0'],
    ['a command that fails', 'exit 3', 'FAILED', 'Command exited with status 3'],
    ['a command that dies of a signal', 'kill -9 $$', 'FAILED', 'Command terminated with signal Killed'],
    ['a segmentation fault', 'kill -SEGV $$', 'FAILED', 'Command terminated with signal Segmentation fault'],
    ['a program that exits', [node, '-e', 'process.exit(7)'], 'FAILED', 'Command exited with status 7'],
    [
      'arguments without a shell',
      [node, '-e', 'process.exit(Number("$((2))".length))'],
      'FAILED',
      'Command exited with status 6',
    ],
  ]
  for (const [title, command, state, message] of ends) {
    it(`reports ${title}`, async () => {
      agent.launch('t', command)
      assert.equal(await agent.reached('t', `TASK_${state}` as 'TASK_FAILED'), message)
      assert.equal(agent.states('t'), `STARTING RUNNING ${state}`)
    })
  }

  const refusals: [string, string | string[], RegExp][] = [
    [
      'a program that does not exist',
      ['no-such-program'],
      /^Failed to launch 'no-such-program': no such file .*\(ENOENT\)/,
    ],
    ['a file that is not executable', ['/etc/passwd'], /'\/etc\/passwd': permission denied \(EACCES\)/],
    ['a folder', ['/etc'], /permission denied \(EACCES\)/],
    [
      'too long a command',
      ['echo', 'x'.repeat(4_000_000)],
      /arguments and environment are too long \(E2BIG\)/,
    ],
  ]
  for (const [title, command, message] of refusals) {
    it(`reports why ${title} cannot be launched`, async () => {
      agent.launch('t', command)
      assert.match(await agent.reached('t', 'TASK_FAILED'), message)
      assert.equal(agent.states('t'), 'STARTING FAILED')
    })
  }

  it('refuses an id that is no folder name, and a second launch of a running task', async () => {
    agent.launch('../evil', 'true')
    await agent.reached('../evil', 'TASK_ERROR')
    assert.equal(agent.part.logs('../..'), null)
    agent.launch('t', 'exec sleep 60')
    agent.launch('t', 'true')
    await agent.reached('t', 'TASK_RUNNING')
    agent.part.kill('t')
    await agent.reached('t', 'TASK_KILLED')
    assert.equal(agent.states('t'), 'STARTING RUNNING KILLING KILLED')
    assert.match(agent.lines.join(), /runs already/)
  })

  it('gives a task its sandbox, its environment and nothing of the cluster', async () => {
    agent.launch('t', [node, '-p', 'JSON.stringify({env: process.env, cwd: process.cwd()})'], {
      env: { 'PORT_HTTP-API': '31000', PORT0: '31000', MARATHON_APP_ID: '/app' },
    })
    await agent.reached('t', 'TASK_FINISHED')
    const { env, cwd } = JSON.parse(agent.output('t'))
    assert.equal(env.MESOS_SANDBOX, cwd)
    assert.equal(env.MESOS_DIRECTORY, cwd)
    assert.deepEqual(
      [env.MESOS_TASK_ID, env['PORT_HTTP-API'], env.PORT0, env.HOME, env.DCOS_ACS_TOKEN],
      ['t', '31000', '31000', '/home/ada', undefined],
    )
    const others = Object.keys(env).filter(
      (name) => !/^(PATH|HOME|PWD|OLDPWD|SHLVL|_|MESOS_.*|PORT.*|MARATHON_APP_ID)$/.test(name),
    )
    assert.deepEqual(others, [])
    assert.equal(statSync(cwd).mode & 0o777, 0o700)
  })

  it('finds node on every PATH', async () => {
    agent.launch('t', 'node --version', { env: { PATH: '/nowhere' } })
    await agent.reached('t', 'TASK_FINISHED')
    assert.equal(agent.output('t').trim(), process.version)
  })

  it('is leader of its own group, with the recorded pid', async () => {
    if (!linux) return
    agent.launch('t', 'echo pid $$; exec sleep 60')
    await agent.printed('t', 'pid')
    const [record] = readRecords(agent.dir)
    assert.equal(agent.output('t').trim(), `pid ${record?.process?.pid}`)
    const fields = readFileSync(`/proc/${record?.process?.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    assert.deepEqual(fields.slice(1, 4).map(Number), [
      process.pid,
      record?.process?.pid,
      record?.process?.pid,
    ])
  })

  it('keeps output apart and after the end', async () => {
    agent.launch('t', 'echo out; echo err >&2')
    await agent.reached('t', 'TASK_FINISHED')
    assert.deepEqual([agent.output('t'), agent.output('t', 'stderr')], ['out\n', 'err\n'])
    assert.equal(agent.part.logs('never'), null)
    assert.deepEqual(readRecords(agent.dir)[0]?.ended?.state, 'TASK_FINISHED')
  })

  it('is soon running', async () => {
    agent.launch('first', 'true')
    await agent.reached('first', 'TASK_FINISHED')
    const times: number[] = []
    for (let n = 0; n < 5; n++) {
      const begin = performance.now()
      agent.launch(`t${n}`, 'true')
      await agent.reached(`t${n}`, 'TASK_RUNNING')
      times.push(performance.now() - begin)
      await agent.reached(`t${n}`, 'TASK_FINISHED')
    }
    assert.ok(Math.min(...times) < 30, `${times}`)
  })

  it('calls a launch off that is killed before it began', async () => {
    agent.launch('t', 'echo ran')
    agent.part.kill('t')
    await agent.reached('t', 'TASK_KILLED')
    assert.match(agent.states('t'), /^STARTING (RUNNING )?KILLING KILLED$/)
    agent.part.kill('t')
    agent.part.kill('unknown')
  })

  it('keeps the sandboxes of the last five ended tasks', async () => {
    for (let n = 1; n <= 7; n++) {
      agent.launch(`t${n}`, 'true')
      await agent.reached(`t${n}`, 'TASK_FINISHED')
    }
    await agent.part.stop()
    assert.deepEqual(
      [2, 3].map((n) => existsSync(join(agent.dir, 'tasks', `t${n}`))),
      [false, true],
    )
  })

  it('runs nothing before its start and after its stop', async () => {
    await agent.part.stop()
    agent.launch('t', 'true')
    assert.equal(await agent.reached('t', 'TASK_FAILED'), 'The agent does not run')
    assert.equal(agent.part.health().healthy, false)
  })

  describe('runBeside', () => {
    it('resolves with the exit code, in the sandbox and environment of the task', async () => {
      agent.launch('t', 'echo here > mark; echo ready; exec sleep 60', { env: { PORT0: '31000' } })
      await agent.printed('t', 'ready')
      assert.equal(await agent.part.runBeside('t', 'test "$(cat mark) $PORT0" = "here 31000"', 5000), 0)
      assert.equal(await agent.part.runBeside('t', 'exit 4', 5000), 4)
      assert.equal(await agent.part.runBeside('t', 'kill -9 $$', 5000), 137)
      assert.equal(await agent.part.runBeside('unknown', 'true', 5000), null)
    })

    it('kills the whole group when time is out', async () => {
      agent.launch('t', 'exec sleep 60')
      await agent.reached('t', 'TASK_RUNNING')
      assert.equal(await agent.part.runBeside('t', 'trap "" TERM; sleep 60 & sleep 60', 100), null)
      // Killed processes may take a moment to go; that only the task stays is what counts.
      while (linux && agent.processes.length > 1) await systemClock.sleep(5)
      assert.equal(agent.states('t'), 'STARTING RUNNING')
    })

    it('ends with the task', async () => {
      agent.launch('t', 'exec sleep 60')
      await agent.reached('t', 'TASK_RUNNING')
      const beside = agent.part.runBeside('t', 'sleep 60', 0)
      agent.part.kill('t')
      assert.equal(await beside, 137)
    })
  })

  describe('ports', () => {
    it('come from its range and can be bound by the task', async () => {
      const ports = await agent.part.allocatePorts(3)
      assert.equal(new Set(ports).size, 3)
      assert.ok(ports.every((port) => port >= 31000 && port <= 32000))
      const listen = `require("net").createServer().listen(${ports[0]}, () => process.exit(0))`
      agent.launch('t', [node, '-e', listen])
      await agent.reached('t', 'TASK_FINISHED')
    })

    it('are not those that somebody listens on, by TCP or UDP', async () => {
      const server = createServer().listen(0, '127.0.0.1')
      const socket = createSocket('udp4').bind(0, '127.0.0.1')
      await Promise.all([server, socket].map((it) => new Promise((done) => it.once('listening', done))))
      const quiet = { clock: systemClock, onUpdate: () => {}, log: () => {}, env: {} }
      const busy = [(server.address() as { port: number }).port, socket.address().port]
      for (const port of busy) {
        const only = new AgentPart({ dir: agent.dir, hostsFile: '', portRange: [port, port], ...quiet })
        await assert.rejects(only.allocatePorts(1), { name: 'RangeError' })
        assert.equal(await agent.part.claimPort(port), false)
      }
      server.close()
      socket.close()
    })
  })
})
