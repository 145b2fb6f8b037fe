import assert from 'node:assert/strict'
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot, runCli, runNode, tempDir } from '../support/run-cli.js'

const version = (JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string })
  .version

/** The files of compiled code below a home folder, by the commands that they are for. */
function codeFiles(home: string): Map<string, string> {
  const folder = join(home, '.cache', 'dcos-vip')
  const files = readdirSync(folder).map((name) => [name.split('-').at(-1)!, join(folder, name)] as const)
  return new Map(files)
}

async function tellsVersion(env: Record<string, string | undefined>): Promise<void> {
  const { code, stdout, stderr } = await runCli(['--version'], { env })
  assert.deepEqual([code, stderr], [0, ''])
  assert.ok(stdout.startsWith(`dcos-vip/${version} `))
}

describe('the built program', () => {
  it('tells its version and helps', async () => {
    await tellsVersion({})
    const { code, stdout } = await runCli(['vip', '--help'])
    assert.equal(code, 0)
    assert.match(stdout, /vip create/)
  })

  it('guesses the command that was meant', async () => {
    const { code, stdout, stderr } = await runCli(['vip', 'lisst'])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /Did you mean `dcos vip list`\?/)
  })

  it('says how to build it when dist is missing', async () => {
    const root = tempDir()
    cpSync(join(projectRoot, 'bin'), join(root, 'bin'), { recursive: true })
    const { code, stdout, stderr } = await runNode([join(root, 'bin', 'run.js'), '--version'])
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /npm run build/)
  })
})

describe('the cache of compiled code', () => {
  it('is for its owner alone and has a file for each command', async () => {
    const home = tempDir()
    await tellsVersion({ HOME: home })
    await runCli(['vip', 'resolve', '--offline', '/my-service'], { env: { HOME: home } })
    const files = codeFiles(home)
    assert.deepEqual([...files.keys()].sort(), ['shared.code', 'vip.resolve.code'])
    assert.equal(statSync(join(home, '.cache', 'dcos-vip')).mode & 0o777, 0o700)
    for (const file of files.values()) assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('is written once', async () => {
    const home = tempDir()
    await tellsVersion({ HOME: home })
    const { mtimeMs } = statSync(codeFiles(home).get('shared.code')!)
    await tellsVersion({ HOME: home })
    assert.equal(statSync(codeFiles(home).get('shared.code')!).mtimeMs, mtimeMs)
  })

  it('goes where XDG_CACHE_HOME says', async () => {
    const cache = tempDir()
    await tellsVersion({ XDG_CACHE_HOME: cache })
    assert.deepEqual(readdirSync(cache), ['dcos-vip'])
  })

  const damages: [name: string, damage: (content: Buffer) => Buffer][] = [
    ['wrong bytes', (content) => Buffer.from(content.map((byte, place) => (place > 500 ? byte ^ 85 : byte)))],
    [
      'one wrong byte',
      (content) => Buffer.from(content.map((byte, place) => (place === 9000 ? byte ^ 1 : byte))),
    ],
    ['half of it', (content) => content.subarray(0, content.length / 2)],
    ['nothing', () => Buffer.alloc(0)],
    ['no head', () => Buffer.from('hello')],
  ]
  for (const [name, damage] of damages) {
    it(`is written anew when it has ${name}`, async () => {
      const home = tempDir()
      await tellsVersion({ HOME: home })
      const file = codeFiles(home).get('shared.code')!
      const whole = readFileSync(file)
      writeFileSync(file, damage(whole))
      const damaged = readFileSync(file)
      await tellsVersion({ HOME: home })
      assert.notDeepEqual(readFileSync(file), damaged)
      await tellsVersion({ HOME: home })
    })
  }

  it('is not used when others may have written it', async () => {
    const home = tempDir()
    await tellsVersion({ HOME: home })
    const file = codeFiles(home).get('shared.code')!
    chmodSync(file, 0o666)
    await tellsVersion({ HOME: home })
    assert.equal(statSync(file).mode & 0o777, 0o600)
  })

  it('removes what earlier versions have left', async () => {
    const home = tempDir()
    const folder = join(home, '.cache', 'dcos-vip')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of ['0123-20.0.0-shared.code', '77.draft', 'notes.txt'])
      writeFileSync(join(folder, name), '')
    await tellsVersion({ HOME: home })
    assert.deepEqual([...codeFiles(home).keys()].sort(), ['notes.txt', 'shared.code'])
  })

  const homes: [name: string, home: () => string | undefined][] = [
    ['is not set', () => undefined],
    ['is a file', () => join(projectRoot, 'package.json')],
    ['is a device', () => '/dev/null'],
  ]
  for (const [name, home] of homes) {
    it(`is left out when HOME ${name}`, () => tellsVersion({ HOME: home() }))
  }
})
