import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { Environment, wantsJson } from '../../../src/cli/environment.js'
import { systemClock } from '../../../src/shared/clock.js'

function environment(given: {
  argv?: string[]
  env?: Record<string, string>
  stdin?: boolean
  stdout?: boolean
}): Environment {
  const stream = (isTTY = true) => Object.assign(new PassThrough(), { isTTY })
  return new Environment({
    argv: given.argv ?? [],
    env: given.env ?? {},
    stdin: stream(given.stdin),
    stdout: stream(given.stdout),
    stderr: stream(),
    cwd: '/',
    clock: systemClock,
    signal: new AbortController().signal,
  })
}

describe('Environment', () => {
  it('asks questions only where someone reads and answers them', () => {
    assert.equal(environment({}).interactive, true)
    assert.equal(environment({ stdin: false }).interactive, false)
    assert.equal(environment({ stdout: false }).interactive, false)
    assert.equal(environment({ env: { CI: 'true' } }).interactive, false)
    assert.equal(environment({ argv: ['vip', 'create', '--json'] }).interactive, false)
  })

  const colours: [env: Record<string, string>, terminal: boolean, colour: boolean][] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
  ]
  for (const [env, terminal, colour] of colours) {
    it(`${JSON.stringify(env)} ${terminal ? 'on a terminal' : 'in a pipe'}: ${colour ? '' : 'no '}colour`, () => {
      assert.equal(environment({ env, stdout: terminal }).usesColour('stdout'), colour)
    })
  }

  it('leaves the words behind -- to the other program', () => {
    assert.equal(wantsJson(['local', 'exec', '--', 'ls', '--json']), false)
    assert.equal(wantsJson(['local', 'exec', '--json', '--', 'ls']), true)
  })
})
