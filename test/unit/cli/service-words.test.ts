import assert from 'node:assert/strict'
import { rewriteServiceWords } from '../../../src/cli/service-words.js'

const known = new Set(['vip', 'service', 'marathon', 'local', 'help'])

const table: [typed: string, run: string][] = [
  ['kafka endpoints', 'service endpoints --name kafka --module kafka'],
  ['kafka endpoint', 'service endpoints --name kafka --module kafka'],
  ['kafka endpoints broker', 'service endpoints broker --name kafka --module kafka'],
  ['kafka endpoints broker --json', 'service endpoints broker --json --name kafka --module kafka'],
  ['kafka --name kafka-prod endpoints', 'service endpoints --name kafka-prod --module kafka'],
  ['kafka --name=kafka-prod endpoints broker', 'service endpoints broker --name=kafka-prod --module kafka'],
  ['kafka endpoints broker --name=a', 'service endpoints broker --name=a --module kafka'],
  ['--name prod/kafka kafka endpoints', 'service endpoints --name prod/kafka --module kafka'],
  ['--cluster one kafka endpoints', 'service endpoints --cluster one --name kafka --module kafka'],
  ['--json kafka --verbose endpoints', 'service endpoints --json --verbose --name kafka --module kafka'],
  ['kafka endpoints --help', 'service endpoints --help --name kafka --module kafka'],
  ['kafka endpoints -- --name x', 'service endpoints --name kafka --module kafka -- --name x'],
  ['/data/kafka endpoints', 'service endpoints --name /data/kafka --module /data/kafka'],
]

const untouched = [
  '',
  'kafka',
  'kafka plan',
  'kafka plan endpoints',
  'vip endpoints',
  'service endpoints broker',
  'marathon endpoints',
  'endpoints',
  '--unknown kafka endpoints',
  '--name kafka',
  '--name',
  '-- kafka endpoints',
]

const words = (line: string) => line.split(' ').filter(Boolean)

describe('rewriteServiceWords', () => {
  for (const [typed, run] of table) {
    it(`dcos ${typed}`, () => assert.deepEqual(rewriteServiceWords(words(typed), known), words(run)))
  }
  for (const typed of untouched) {
    it(`leaves dcos ${typed}`, () => assert.deepEqual(rewriteServiceWords(words(typed), known), words(typed)))
  }
})
