import assert from 'node:assert/strict'
import { moveLeadingFlags } from '../../../src/cli/leading-flags.js'

const table: [typed: string, run: string][] = [
  ['vip list --json', 'vip list --json'],
  ['--json vip list', 'vip list --json'],
  ['--cluster one --verbose vip list', 'vip list --cluster one --verbose'],
  ['--cluster=one vip show a:1', 'vip show a:1 --cluster=one'],
  ['--json local exec -- ls --json', 'local exec --json -- ls --json'],
  ['--help', '--help'],
  ['--json', '--json'],
  ['--cluster', '--cluster'],
  ['--unknown vip list', '--unknown vip list'],
]

describe('moveLeadingFlags', () => {
  for (const [typed, run] of table) {
    it(`dcos ${typed}`, () => assert.deepEqual(moveLeadingFlags(typed.split(' ')), run.split(' ')))
  }
})
