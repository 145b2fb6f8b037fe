import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoreWriteError } from '../../src/local/kit/store.js'
import { StorePart } from '../../src/local/parts/store/index.js'
import { UserError } from '../../src/shared/errors.js'
import { TestCluster } from '../support/local-cluster.js'
import { tempDir } from '../support/temp-dir.js'

/** A small disk of its own at a new folder, for tests that fill it; needs the right to mount. */
function smallDisk(size: string): string | null {
  const dir = tempDir()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'ignore' })
    return dir
  } catch {
    return null
  }
}

const isUserError = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof UserError && error.code === code && text.test(error.message) && error.next.length > 0

describe('store', () => {
  const opened: StorePart[] = []
  const mounted: string[] = []
  async function open(dir: string): Promise<StorePart> {
    const part = new StorePart(dir)
    opened.push(part)
    await part.start()
    return part
  }
  function disk(context: Mocha.Context, size = '4m'): string {
    const dir = smallDisk(size)
    if (dir === null) context.skip()
    mounted.push(dir)
    return dir
  }
  afterEach(async () => {
    for (const part of opened.splice(0)) await part.stop()
    for (const dir of mounted.splice(0)) execFileSync('umount', ['--lazy', dir])
  })

  it('gives back what it was given, also after it was opened again', async () => {
    const dir = tempDir()
    const first = await open(dir)
    const apps = first.collection<{ n: number }>('apps')
    apps.put('/b', { n: 2 })
    apps.put('/a', { n: 1 })
    apps.put('/a/x', { n: 3 })
    apps.remove('/b')
    first.collection('other').put('/a', 'elsewhere')
    assert.deepEqual(apps.get('/a'), { n: 1 })
    await first.stop()
    const again = (await open(dir)).collection<{ n: number }>('apps')
    assert.deepEqual(again.entries(), [
      ['/a', { n: 1 }],
      ['/a/x', { n: 3 }],
    ])
    assert.deepEqual(again.keysUnder('/a/'), ['/a/x'])
    assert.equal(again.get('/b'), undefined)
  })

  it('writes together or not at all', async () => {
    const store = await open(tempDir())
    const [a, b] = [store.collection<number>('a'), store.collection<number>('b')]
    store.together(() => {
      a.put('x', 1)
      b.put('y', 1)
    })
    assert.throws(
      () =>
        store.together(() => {
          a.put('x', 2)
          b.remove('y')
          throw new Error('stop')
        }),
      /stop/,
    )
    assert.throws(() => store.together(() => [a.put('x', 3), b.put('k'.repeat(3000), 3)]), StoreWriteError)
    assert.deepEqual([a.get('x'), b.get('y')], [1, 1])
  })

  it('may be stopped twice, and cannot be used afterwards', async () => {
    const store = await open(tempDir())
    const a = store.collection('a')
    await store.stop()
    await store.stop()
    assert.equal(store.health().healthy, false)
    assert.throws(() => a.put('x', 1), /after it was stopped/)
  })

  it('refuses the store of a newer program, and leaves it alone', async () => {
    const dir = tempDir()
    const store = await open(dir)
    store.collection('meta').put('format', 2)
    await store.stop()
    await assert.rejects(open(dir), isUserError('E_STORE_FORMAT', /written in format 2/))
    await assert.rejects(open(dir), isUserError('E_STORE_FORMAT', /written in format 2/))
  })

  for (const [what, bytes] of [
    ['text', Buffer.from('this is no store\n'.repeat(1000))],
    ['a short file', Buffer.from('x')],
    ['zeros', Buffer.alloc(65536)],
  ] as const)
    it(`refuses ${what} in its place`, async () => {
      const dir = tempDir()
      writeFileSync(join(dir, 'store.mdb'), bytes)
      await assert.rejects(open(dir), isUserError('E_STORE_FORMAT', /is no store/))
    })

  it('refuses a folder that is a file', async () => {
    const dir = join(tempDir(), 'file')
    writeFileSync(dir, '')
    await assert.rejects(open(dir), isUserError('E_STORE_UNUSABLE', /EEXIST|ENOTDIR/))
  })

  it('refuses a disk that is full from the start', async function () {
    const dir = disk(this)
    fill(dir)
    await assert.rejects(open(join(dir, 'store')), isUserError('E_STORE_UNUSABLE', /disk is full|ENOSPC/))
  })

  it('refuses a disk that is read-only', async function () {
    const dir = disk(this)
    mkdirSync(join(dir, 'store'))
    execFileSync('mount', ['-o', 'remount,ro', dir])
    await assert.rejects(open(join(dir, 'store')), isUserError('E_STORE_UNUSABLE', /[Rr]ead-only|EROFS/))
  })

  it('keeps what it had when the disk fills up, and goes on when there is room', async function () {
    const dir = disk(this)
    const store = await open(join(dir, 'store'))
    const [a, b] = [store.collection<string>('a'), store.collection<string>('b')]
    a.put('x', 'before')
    fill(dir)
    const big = 'z'.repeat(100_000)
    const write = () =>
      store.together(() => {
        a.put('x', big)
        b.put('y', big)
      })
    assert.throws(write, (error) => error instanceof StoreWriteError && error.message === 'the disk is full')
    assert.deepEqual([a.get('x'), b.get('y')], ['before', undefined])
    rmSync(join(dir, 'filler'))
    write()
    assert.deepEqual([a.get('x'), b.get('y')], [big, big])
  })

  it('and the API answers 503 meanwhile, nothing half-written', async function () {
    const dir = disk(this, '8m')
    const cluster = new TestCluster(join(dir, 'dcos'))
    await cluster.start()
    try {
      await cluster.run({ id: '/before', cmd: 'exec sleep 600' })
      fill(dir)
      const env = { ONE: 'z'.repeat(100_000), TWO: 'z'.repeat(100_000) }
      const app = { id: '/after', cmd: 'true', env }
      const created = await cluster.marathon('/v2/apps', { method: 'POST', body: app })
      assert.equal(created.status, 503, created.text)
      assert.match(created.json.message, /cannot keep the change: the disk is full/)
      assert.equal((await cluster.marathon('/v2/apps/after')).status, 404)
      const update = await cluster.marathon('/v2/apps/before', { method: 'PATCH', body: { env } })
      assert.equal(update.status, 503)
      assert.equal((await cluster.app('/before')).env, undefined)
      assert.deepEqual((await cluster.marathon('/v2/deployments')).json, [])
      rmSync(join(dir, 'filler'))
      await cluster.restart()
      await cluster.deployed()
      assert.equal((await cluster.marathon('/v2/apps')).json.apps.length, 1)
      await cluster.run({ ...app, cmd: 'exec sleep 600' })
    } finally {
      await cluster.remove()
    }
  })
})

/** Leaves no byte free. */
function fill(dir: string): void {
  try {
    writeFileSync(join(dir, 'filler'), Buffer.alloc(64 * 1024 * 1024))
  } catch {
    // It is full now.
  }
}
