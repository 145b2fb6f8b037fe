import assert from 'node:assert/strict'
import { Errors } from '@oclif/core'
import { presentError } from '../../../src/cli/present-error.js'
import { UserError } from '../../../src/shared/errors.js'

const plain = { json: false, colour: false, debug: false }
const asJson = { ...plain, json: true }
const userError = new UserError('E_DEMO', 'It is broken.', { next: ['Mend it.', 'Try again.'], exitCode: 3 })

describe('presentError', () => {
  it('tells people what was wrong and what to do', () => {
    assert.deepEqual(presentError(userError, plain), {
      exitCode: 3,
      stdout: '',
      stderr: 'Error: It is broken.\n  → Mend it.\n  → Try again.\n',
    })
  })

  it('gives scripts one document with the same exit code', () => {
    const { exitCode, stdout, stderr } = presentError(userError, asJson)
    assert.deepEqual([exitCode, stderr], [3, ''])
    assert.deepEqual(JSON.parse(stdout), {
      error: { code: 'E_DEMO', message: 'It is broken.', next: ['Mend it.', 'Try again.'] },
    })
  })

  it('paints only when asked to', () => {
    assert.ok(
      presentError(userError, { ...plain, colour: true }).stderr.startsWith('\u001b[31mError:\u001b[39m '),
    )
  })

  it('shows the stacks of an error and its causes when debugging', () => {
    const error = new TypeError('x is undefined', { cause: new Error('the root') })
    const { stderr } = presentError(error, { ...plain, debug: true })
    assert.match(stderr, /present-error\.test/)
    assert.match(stderr, /Caused by: Error: the root/)
  })

  it('calls everything else a bug, in one sentence', () => {
    for (const presentation of [plain, asJson]) {
      const { exitCode, stdout, stderr } = presentError(new TypeError('x is undefined'), presentation)
      assert.equal(exitCode, 1)
      assert.match(stdout + stderr, /a bug in dcos-vip: x is undefined/)
      assert.doesNotMatch(stdout + stderr, /present-error\.test/)
    }
    assert.equal(presentError('a string', plain).exitCode, 1)
  })

  it('keeps the code of a command that says why it ends', () => {
    const error = new Errors.CLIError('No.', { exit: 4 })
    assert.equal(presentError(error, plain).exitCode, 4)
    assert.equal(presentError(error, asJson).exitCode, 4)
  })

  it('says nothing more when a question was left with Ctrl-C', () => {
    const left = Object.assign(new Error('left'), { name: 'ExitPromptError' })
    assert.deepEqual(presentError(left, asJson), { exitCode: 130, stdout: '', stderr: '' })
  })
})
