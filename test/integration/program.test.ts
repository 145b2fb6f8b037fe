import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type RunOptions, runNode } from '../support/run-cli.js'

const demo = fileURLToPath(new URL('../fixtures/program/run.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/** Runs a program of three commands that shares everything but the commands with ours. */
const run = (line: string, options: RunOptions = {}) =>
  runNode(['--import', tsx, demo, ...line.split(' ').filter(Boolean)], options)

/** Calls `action` when the process has said `text` on that stream. */
const when = (stream: 'stdout' | 'stderr', text: string, action: (child: ChildProcess) => void) => {
  return (child: ChildProcess) => {
    let said = ''
    const listen = (part: string) => {
      said += part
      if (!said.includes(text)) return
      child[stream]?.off('data', listen)
      action(child)
    }
    child[stream]?.on('data', listen)
  }
}

describe('the program around the commands', () => {
  it('prints the view for people, and notes and warnings beside it', async () => {
    const { code, stdout, stderr } = await run('demo echo hi --times 2')
    assert.deepEqual([code, stdout, stderr], [0, 'hi\nhi\n', 'speaking\nWarning: loudly\n'])
  })

  it('prints one document under --json, notes and warnings beside it', async () => {
    const { code, stdout, stderr } = await run('--json demo echo hi')
    assert.equal(code, 0)
    assert.deepEqual(JSON.parse(stdout), { said: ['hi'], interactive: false })
    assert.equal(stderr, 'speaking\nWarning: loudly\n')
  })

  it('ends with the code that the command chose, in both modes', async () => {
    const codes = await Promise.all([run('demo echo hi --code 3'), run('demo echo hi --code 3 --json')])
    assert.deepEqual(
      codes.map(({ code }) => code),
      [3, 3],
    )
    assert.deepEqual(JSON.parse(codes[1]!.stdout).said, ['hi'])
  })

  const failures: [line: string, code: number, error: string, says: RegExp][] = [
    ['demo fail --as user', 3, 'E_DEMO', /not valid/],
    ['demo fail --as bug', 1, 'E_INTERNAL', /bug in dcos-vip/],
    ['demo fail --as nothing', 2, 'E_USAGE', /one of: user, bug, exit/],
    ['demo fail', 2, 'E_USAGE', /Missing required flag/],
    ['demo echo', 2, 'E_USAGE', /Missing 1 required arg/],
    ['demo echo a b', 2, 'E_USAGE', /Unexpected argument: b/],
    ['demo echo a --nonsense', 2, 'E_USAGE', /Unknown flag: --nonsense/],
    ['demo ecoh a', 2, 'E_UNKNOWN_COMMAND', /no command/],
    ['nonsense', 2, 'E_UNKNOWN_COMMAND', /no command/],
    ['nonsense --help', 2, 'E_UNKNOWN_COMMAND', /no command/],
  ]
  for (const [line, exitCode, errorCode, says] of failures) {
    it(`demo ${line} ends with ${exitCode}`, async () => {
      const [human, json] = await Promise.all([run(line), run(`${line} --json`)])
      assert.deepEqual([human.code, human.stdout], [exitCode, ''])
      assert.match(human.stderr, says)
      assert.match(human.stderr, /^Error: /)
      assert.doesNotMatch(human.stderr, /^ +at /m)
      assert.equal(json.code, exitCode)
      const { error } = JSON.parse(json.stdout)
      assert.deepEqual(Object.keys(error), ['code', 'message', 'next'])
      assert.equal(error.code, errorCode)
      assert.match(error.message, says)
    })
  }

  it('says nothing when a command ends by itself', async () => {
    const { code, stdout, stderr } = await run('demo fail --as exit')
    assert.deepEqual([code, stdout, stderr], [7, '', ''])
  })

  it('shows the stack of a bug under DEBUG', async () => {
    const { stderr } = await run('demo fail --as bug', { env: { DEBUG: '1' } })
    assert.match(stderr, /TypeError[\s\S]*fail\.ts/)
  })

  const helps: [line: string, says: RegExp][] = [
    ['', /TOPICS\n {2}demo/],
    ['--help', /TOPICS\n {2}demo/],
    ['help', /TOPICS\n {2}demo/],
    ['demo', /commands to try[\s\S]*demo echo/],
    ['demo --help', /commands to try[\s\S]*demo echo/],
    ['help demo echo', /Say it again\.[\s\S]*--times/],
    ['demo echo --help', /Say it again\.[\s\S]*--times/],
    ['demo echo hi --help', /Say it again\.[\s\S]*--times/],
  ]
  for (const [line, says] of helps) {
    it(`helps with demo ${line}`, async () => {
      const { code, stdout, stderr } = await run(line)
      assert.deepEqual([code, stderr], [0, ''])
      assert.match(stdout, says)
    })
  }

  it('tells its version', async () => {
    const { code, stdout } = await run('--version')
    assert.equal(code, 0)
    assert.match(stdout, /^demo-program\/1\.2\.3 \S+ node-v/)
  })

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const
  for (const [signal, exitCode] of signals) {
    it(`lets waits end at ${signal}, then ends with ${exitCode}`, async () => {
      const started = when('stderr', 'waiting', (child) => child.kill(signal))
      const { code, stderr, stdout } = await run('demo wait --json', { started })
      assert.deepEqual([code, stdout], [exitCode, ''])
      assert.match(stderr, /cleaned up/)
    })
  }

  it('ends at last though a command does not listen', async () => {
    const started = when('stderr', 'waiting', (child) => child.kill('SIGINT'))
    const { code, stderr } = await run('demo wait --deaf', { started })
    assert.equal(code, 130)
    assert.doesNotMatch(stderr, /cleaned up/)
  })

  it('ends silently when the reader of stdout has seen enough', async () => {
    const started = when('stdout', 'xxx', (child) => child.stdout?.destroy())
    const { code, stderr } = await run('demo wait --chatty', { started })
    assert.deepEqual([code, stderr], [0, 'waiting\ncleaned up\n'])
  })
})
