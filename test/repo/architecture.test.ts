import assert from 'node:assert/strict'
import { brokenRules, importCycles, loadedWith } from '../support/import-rules.js'
import { projectRoot } from '../support/run-cli.js'
import { parseSource, readSources, type Source, withoutComments } from '../support/sources.js'

const sources = readSources(projectRoot, 'src')
const MAX_LINES = 400

/** What only some folders may touch: it makes code depend on the process that it runs in. */
const OWNED: { what: string; pattern: RegExp; owners: RegExp }[] = [
  { what: 'process.exit', pattern: /\bprocess\.exit\b/, owners: /^src\/local\/main\.ts$/ },
  { what: 'console', pattern: /\bconsole\.\w/, owners: /^$/ },
  {
    what: 'process.env',
    pattern: /\bprocess\.env\b/,
    owners: /^src\/(cli\/environment|local\/main)\.ts$/,
  },
  {
    what: 'Date.now',
    pattern: /\bDate\.now\b|\bnew Date\(\)/,
    owners: /^src\/(shared\/clock|local\/main)\.ts$/,
  },
]

function misplaced({ file, text }: Source): string[] {
  const code = withoutComments(text)
  return OWNED.filter(({ pattern, owners }) => pattern.test(code) && !owners.test(file)).map(
    ({ what }) => `${file} must not use ${what}: it is handed in.`,
  )
}

/** Packages that cost too much to be loaded before a command knows that it needs them. */
const HEAVY = ['got', 'ajv', 'cli-table3', 'chalk', '@inquirer/prompts', '@inquirer/core', 'smol-toml']

describe('the architecture', () => {
  it('keeps the import directions', () => assert.deepEqual(brokenRules(sources), []))

  it('has no circles of imports', () => assert.deepEqual(importCycles(sources), []))

  it('leaves the process, its environment and the time to their owners', () => {
    assert.deepEqual(sources.flatMap(misplaced), [])
  })

  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = [...sources, ...readSources(projectRoot, 'scripts'), ...readSources(projectRoot, 'bench')]
      .filter(({ file }) => !file.includes('/generated/'))
      .filter(({ text }) => text.split('\n').length > MAX_LINES)
    assert.deepEqual(
      long.map(({ file }) => file),
      [],
    )
  })

  for (const { file } of sources.filter((source) => source.file.startsWith('src/commands/'))) {
    it(`loads nothing heavy with ${file}`, () => {
      const loaded = loadedWith(file, sources)
      assert.deepEqual(
        HEAVY.filter((name) => loaded.has(name)),
        [],
      )
    })
  }
})

describe('the guards of the architecture', () => {
  const source = (file: string, ...lines: string[]) => parseSource(file, lines.join('\n'))

  const forbidden: [file: string, line: string][] = [
    ['src/commands/vip/list.ts', "import { got } from 'got'"],
    ['src/commands/vip/list.ts', "import chalk from 'chalk'"],
    ['src/commands/vip/list.ts', "import { vipTable } from '../../views/vips.js'"],
    ['src/commands/vip/list.ts', "import { MarathonClient } from '../../clients/marathon.js'"],
    ['src/commands/vip/list.ts', "const x = await import('../../clients/marathon.js')"],
    ['src/views/vips.ts', "import { listVips } from '../operations/read-vips.js'"],
    ['src/views/vips.ts', "import { readFileSync } from 'node:fs'"],
    ['src/operations/read-vips.ts', "import { Command } from '@oclif/core'"],
    ['src/operations/read-vips.ts', "import type { Got } from 'got'"],
    ['src/operations/read-vips.ts', "import { x } from '../local/kit/part.js'"],
    ['src/definitions/check.ts', "import Ajv from 'ajv'"],
    ['src/domain/vip.ts', "import { createServer } from 'node:net'"],
    ['src/domain/vip.ts', "export { x } from '../definitions/check.js'"],
    ['src/clients/http.ts', "import { got } from 'got'"],
    ['src/clients/http.ts', "import { x } from '../cli/flags.js'"],
    ['src/local/parts/dns/index.ts', "import { x } from '../l4lb/engine.js'"],
    ['src/local/parts/dns/index.ts', "import { x } from '../../../clients/http.js'"],
  ]
  for (const [file, line] of forbidden) {
    it(`catch ${line} in ${file}`, () => assert.equal(brokenRules([source(file, line)]).length, 1))
  }

  it('catch a file in no room', () => assert.equal(brokenRules([source('src/x/y.ts')]).length, 1))

  it('let types and late imports pass where the table says so', () => {
    const lines = [
      "import type { Vip } from '../../domain/vip.js'",
      "import { type A, type B } from '../../domain/vip.js'",
      "const view = await import('../../views/vips.js')",
      "// import { got } from 'got'",
      "  static summary = 'where it comes from'",
    ]
    assert.deepEqual(brokenRules([source('src/commands/vip/list.ts', ...lines)]), [])
  })

  it('read imports of many lines', () => {
    const { imports } = source('src/domain/a.ts', 'import {', '  a,', '  b,', "} from './b.js'", "import 'c'")
    assert.deepEqual(imports, [
      { kind: 'static', target: 'src/domain/b.ts', names: ['a', 'b'] },
      { kind: 'static', target: 'c', names: [] },
    ])
  })

  it('catch circles', () => {
    const one = source('src/domain/one.ts', "import { two } from './two.js'")
    const two = source('src/domain/two.ts', "import { three } from './three.js'")
    const three = source('src/domain/three.ts', "import { one } from './one.js'")
    assert.equal(importCycles([one, two, three]).length, 1)
    assert.deepEqual(importCycles([one, two]), [])
  })

  it('catch what is loaded by way of another file', () => {
    const command = source('src/commands/x.ts', "import { y } from '../cli/y.js'")
    const way = source('src/cli/y.ts', "import { got } from 'got'", "const z = await import('ajv')")
    const loaded = loadedWith(command.file, [command, way])
    assert.ok(loaded.has('got'))
    assert.ok(!loaded.has('ajv'))
  })

  for (const line of ['process.exit(1)', "console.log('x')", 'process.env.HOME', 'Date.now()']) {
    it(`catch ${line}`, () => assert.equal(misplaced(source('src/domain/x.ts', line)).length, 1))
    it(`let a comment speak of ${line}`, () =>
      assert.deepEqual(misplaced(source('src/domain/x.ts', `/** ${line} */`)), []))
  }
})
