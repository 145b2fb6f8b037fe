import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSameProcess, processesMarked, processIdentity } from '../../src/local/kit/processes.js'
import { stopLeftovers } from '../../src/local/parts/agent/leftovers.js'
import { makeFolders, readRecords, writeRecord } from '../../src/local/parts/agent/sandboxes.js'
import { systemClock } from '../../src/shared/clock.js'
import { TestAgent } from '../support/agent-task.js'
import { HostProcess } from '../support/host-process.js'

const DEAF = "trap '' TERM; "
const WAIT = 'while :; do sleep 60; done'
/** Tasks that are hard to end; each prints `ready` when all its processes run. */
const STUBBORN: [string, string][] = [
  ['ignores SIGTERM', `${DEAF} echo ready; ${WAIT}`],
  ['has grandchildren', '(sleep 60 & sleep 60) & (sleep 60 & sleep 60) & sleep 0.1; echo ready; wait'],
  ['has deaf grandchildren', `${DEAF} (sh -c "${DEAF} ${WAIT}" &) ; sleep 0.1; echo ready; wait; sleep 60`],
  ['starts sessions', `setsid sleep 60 & setsid sh -c "${DEAF} echo ready; ${WAIT}" & wait`],
  [
    'makes daemons',
    `(setsid sh -c "${DEAF} (setsid sleep 60 &) ; echo ready; ${WAIT}" </dev/null &) ; sleep 60`,
  ],
]

if (process.platform === 'linux') {
  describe('agent: nothing of a task survives', () => {
    let agent: TestAgent
    beforeEach(async () => {
      agent = new TestAgent()
      await agent.part.start()
    })
    afterEach(() => agent.remove())

    for (const [title, command] of STUBBORN) {
      it(`its kill, when it ${title}`, async () => {
        agent.launch('t', command, { killGraceSeconds: 0.2 })
        await agent.printed('t', 'ready')
        agent.part.kill('t')
        assert.match(
          await agent.reached('t', 'TASK_KILLED'),
          /^Command terminated with signal (Killed|Terminated)$/,
        )
        assert.deepEqual(agent.processes, [])
        assert.equal(agent.states('t'), 'STARTING RUNNING KILLING KILLED')
      })
    }

    it('its kill, when it cleared its environment and left its session', async () => {
      agent.launch('t', `env -i setsid sh -c 'echo pid $$ ready; exec sleep 60' & ${WAIT}`)
      await agent.printed('t', 'ready')
      const pid = Number(/pid (\d+)/.exec(agent.output('t'))![1])
      const identity = await processIdentity(pid)
      assert.ok(identity)
      agent.part.kill('t')
      await agent.reached('t', 'TASK_KILLED')
      assert.equal(await isSameProcess(pid, identity), false)
    })

    it('its own end', async () => {
      agent.launch('t', `sleep 60 & setsid sleep 60 & (setsid sh -c "${DEAF} ${WAIT}" &); exit 0`)
      await agent.reached('t', 'TASK_FINISHED')
      assert.deepEqual(agent.processes, [])
    })

    it('the stop of the agent, which takes no longer for many tasks', async () => {
      for (let n = 0; n < 20; n++)
        agent.launch(`t${n}`, `${DEAF} setsid sleep 60 & echo ready; ${WAIT}`, { killGraceSeconds: 0.5 })
      for (let n = 0; n < 20; n++) await agent.printed(`t${n}`, 'ready')
      const begin = performance.now()
      await agent.part.stop()
      assert.ok(performance.now() - begin < 5000)
      assert.deepEqual(agent.processes, [])
      assert.equal(agent.states('t19'), 'STARTING RUNNING KILLING KILLED')
    })

    it('but its neighbours do', async () => {
      agent.launch('t', 'exec sleep 60')
      agent.launch('t.1', 'exec sleep 60')
      await agent.reached('t.1', 'TASK_RUNNING')
      agent.part.kill('t')
      await agent.reached('t', 'TASK_KILLED')
      assert.equal(agent.processes.length, 1)
      assert.equal(agent.states('t.1'), 'STARTING RUNNING')
    })

    it('and the grace is given to those who use it', async () => {
      agent.launch('t', "trap 'sleep 0.3; echo tidy; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
      await agent.printed('t', 'ready')
      agent.part.kill('t')
      await agent.reached('t', 'TASK_KILLED')
      assert.match(agent.output('t'), /tidy/)
    })
  })

  describe('agent: tasks of a cluster that was killed', () => {
    let dir: string
    let host: HostProcess | undefined
    const children: ChildProcess[] = []
    const lines: string[] = []
    const options = { log: (line: string) => lines.push(line), graceMs: 300, clock: systemClock }
    const processes = () => [...processesMarked('MESOS_SANDBOX', dir).keys()]

    beforeEach(() => {
      lines.length = 0
      dir = mkdtempSync(join(tmpdir(), 'dcos-crash-'))
    })
    afterEach(async () => {
      await host?.end('SIGKILL')
      for (const child of children.splice(0)) child.kill('SIGKILL')
      await stopLeftovers(dir, options)
      rmSync(dir, { recursive: true })
    })

    const crash = async (...commands: string[]) => {
      host = new HostProcess(dir, commands)
      for (const n of commands.keys()) await host.printed(new RegExp(`t${n} TASK_RUNNING`))
      await host.end('SIGKILL')
    }

    it('run on and are stopped, with all that they started', async () => {
      await crash(`${DEAF} ${WAIT}`, 'setsid sleep 60 & exec sleep 60', 'true; sleep 60')
      assert.ok(processes().length >= 3)
      assert.deepEqual(await stopLeftovers(dir, options), ['t0', 't1', 't2'])
      assert.deepEqual(processes(), [])
      assert.match(lines.join(), /earlier cluster: t0, t1, t2/)
      assert.ok(readRecords(dir).every(({ ended }) => ended?.state === 'TASK_KILLED'))
      assert.deepEqual(await stopLeftovers(dir, options), [])
    })

    it('get the grace before they are killed', async () => {
      host = new HostProcess(dir, [
        `trap 'echo tidy > tidy; exit' TERM; > ready; while :; do sleep 0.05; done`,
      ])
      const file = (name: string) => join(dir, 'tasks', 't0', name)
      while (!existsSync(file('ready'))) await systemClock.sleep(10)
      await host.end('SIGKILL')
      await stopLeftovers(dir, { ...options, graceMs: 5000 })
      assert.equal(readFileSync(file('tidy'), 'utf8'), 'tidy\n')
    })

    it('are stopped by the next start on the same folder', async () => {
      await crash(WAIT)
      host = new HostProcess(dir, [])
      await host.printed(/^names /m)
      assert.match(host.output, /log stopping tasks of an earlier cluster: t0/)
      assert.deepEqual(processes(), [])
      await host.end('stop')
    })

    it('are never confused with a stranger who has the pid now', async () => {
      makeFolders(dir)
      const stranger = spawn('sleep', ['60'], { detached: true })
      children.push(stranger)
      const pid = stranger.pid!
      const identity = `${await processIdentity(pid)}0`
      writeRecord(dir, { id: 'old', app: '/app', started: 1, process: { pid, identity }, ended: null })
      assert.deepEqual(await stopLeftovers(dir, options), [])
      assert.equal(await isSameProcess(pid, (await processIdentity(pid)) ?? ''), true)
      assert.equal(readRecords(dir)[0]?.ended?.state, 'TASK_KILLED')
    })

    it('are found by their pid when they hide their environment', async () => {
      makeFolders(dir)
      const hidden = spawn('sleep', ['60'], { detached: true, env: {} })
      children.push(hidden)
      const exit = once(hidden, 'exit')
      const identity = (await processIdentity(hidden.pid!)) ?? ''
      const record = {
        id: 'hidden',
        app: '/app',
        started: 1,
        process: { pid: hidden.pid!, identity },
        ended: null,
      }
      writeRecord(dir, record)
      assert.deepEqual(await stopLeftovers(dir, options), ['hidden'])
      assert.deepEqual(await exit, [null, 'SIGTERM'])
    })

    it('are none where there is no folder', async () => {
      assert.deepEqual(await stopLeftovers(join(dir, 'none'), options), [])
    })
  })
}

describe('process identity', () => {
  it('lasts as long as the process and no longer', async () => {
    const child = spawn('sleep', ['60'])
    const identity = await processIdentity(child.pid!)
    assert.ok(identity)
    assert.equal(await isSameProcess(child.pid!, identity), true)
    assert.equal(await isSameProcess(process.pid, identity), false)
    const exit = once(child, 'exit')
    child.kill()
    await exit
    assert.equal(await processIdentity(child.pid!), null)
  })
})

describe('processesMarked', () => {
  it('finds processes and their descendants by a variable and the beginning of its value', async function () {
    if (process.platform !== 'linux') return this.skip()
    const mark = `/mark/${process.pid}/`
    const shell = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], {
      env: { PATH: process.env.PATH, A: '1', MARK: `${mark}x`, Z: '1' },
    })
    const other = spawn('sleep', ['60'], {
      env: { PATH: process.env.PATH, NO_MARK: `${mark}x`, MARK: `no${mark}` },
    })
    try {
      const [line] = await once(shell.stdout, 'data')
      const found = processesMarked('MARK', mark)
      assert.deepEqual([found.get(shell.pid!), found.get(Number(line))], [`${mark}x`, `${mark}x`])
      assert.equal(found.has(other.pid!), false)
      process.kill(Number(line), 'SIGKILL')
    } finally {
      for (const child of [shell, other]) child.kill('SIGKILL')
    }
  })
})
