import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifestText } from '../../scripts/build-manifest.js'
import { projectRoot } from '../support/run-cli.js'

interface FlagEntry {
  char?: string
  type: string
  summary?: string
  description?: string
  helpValue?: string
  options?: string[]
}

interface CommandEntry {
  id: string
  summary?: string
  examples?: string[]
  hidden?: boolean
  flags: Record<string, FlagEntry>
}

const read = (file: string) => readFileSync(join(projectRoot, file), 'utf8')

describe('the commands', () => {
  let text: string
  let commands: CommandEntry[]

  before(async () => {
    text = await manifestText(projectRoot)
    commands = Object.values((JSON.parse(text) as { commands: Record<string, CommandEntry> }).commands)
  })

  it('are in oclif.manifest.json as they are in their classes', () => {
    const fresh = read('oclif.manifest.json') === text
    assert.ok(fresh, 'Refresh it with: node --import tsx scripts/build-manifest.ts')
  })

  it('have a summary and an example', () => {
    const bare = commands.filter(({ summary, examples }) => !summary || !examples?.length)
    assert.deepEqual(
      bare.map(({ id }) => id),
      [],
    )
  })

  it('have summaries that are sentences', () => {
    const odd = commands.filter(({ summary }) => !/^[A-Z].*\.$/.test(summary ?? ''))
    assert.deepEqual(
      odd.map(({ id }) => id),
      [],
    )
  })

  it('spell flags of one name alike', () => {
    assert.deepEqual(differentFlags(commands), [])
  })

  it('tell what each flag does', () => {
    const silent = commands.flatMap(({ id, flags }) =>
      Object.entries(flags)
        .filter(([, { summary, description }]) => !summary && !description)
        .map(([name]) => `${id} --${name}`),
    )
    assert.deepEqual(silent, [])
  })
})

describe('the guard of the flags', () => {
  const command = (id: string, summary: string): CommandEntry => ({
    id,
    flags: { force: { type: 'boolean', summary } },
  })

  it('catches two meanings of one name', () => {
    assert.equal(differentFlags([command('a', 'Do.'), command('b', 'Do not.')]).length, 1)
    assert.deepEqual(differentFlags([command('a', 'Do.'), command('b', 'Do.')]), [])
  })
})

describe('package-lock.json', () => {
  it('names no registry', () => {
    assert.ok(
      !read('package-lock.json').includes('"resolved"'),
      'Run npm install with the .npmrc of this folder',
    )
  })
})

/** Flags that have one name but differ in what scripts and readers see. */
function differentFlags(commands: readonly CommandEntry[]): string[] {
  const first = new Map<string, { id: string; seen: string }>()
  return commands.flatMap(({ id, flags }) =>
    Object.entries(flags).flatMap(([name, flag]) => {
      const { char, type, summary, description, helpValue, options } = flag
      const seen = JSON.stringify([char, type, summary, description, helpValue, options])
      const known = first.get(name) ?? { id, seen }
      first.set(name, known)
      return known.seen === seen ? [] : [`--${name} of ${id} differs from that of ${known.id}`]
    }),
  )
}
