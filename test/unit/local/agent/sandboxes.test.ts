import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import {
  findSandboxes,
  isSafeTaskId,
  makeFolders,
  pruneSandboxes,
  readRecords,
  sandboxOf,
  writeRecord,
} from '../../../../src/local/parts/agent/sandboxes.js'

describe('sandboxes on disk', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dcos-sandboxes-'))
    makeFolders(dir)
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const add = (id: string, app: string, started: number, over = true) => {
    mkdirSync(sandboxOf(dir, id))
    const ended = over ? { at: started + 1, state: 'TASK_FINISHED' as const, message: '' } : null
    writeRecord(dir, { id, app, started, process: null, ended })
  }
  const names = (text: string) => findSandboxes(dir, text).map((path) => basename(path))

  it('keeps the last five ended ones of each app and all that run', async () => {
    for (let n = 1; n <= 8; n++) add(`web.${n}`, '/web', n, n !== 1)
    add('db.1', '/db', 1)
    await pruneSandboxes(dir)
    assert.deepEqual(
      readRecords(dir).map(({ id }) => id),
      ['web.8', 'web.7', 'web.6', 'web.5', 'web.4', 'web.1', 'db.1'],
    )
    assert.deepEqual(
      [existsSync(sandboxOf(dir, 'web.3')), existsSync(sandboxOf(dir, 'web.4'))],
      [false, true],
    )
  })

  it('finds by task, else by app, else by the beginning of a task id; newest first', () => {
    add('shop_api.instance-1._app.1', '/shop/api', 1)
    add('shop_api.instance-1._app.2', '/shop/api', 2, false)
    add('shop.instance-3._app.1', '/shop', 3)
    assert.deepEqual(names('shop_api.instance-1._app.1'), ['shop_api.instance-1._app.1'])
    assert.deepEqual(names('shop/api'), ['shop_api.instance-1._app.2', 'shop_api.instance-1._app.1'])
    assert.deepEqual(names('/shop'), ['shop.instance-3._app.1'])
    assert.deepEqual(names('shop_api.inst'), ['shop_api.instance-1._app.2', 'shop_api.instance-1._app.1'])
    assert.deepEqual(names('nothing'), [])
    assert.deepEqual(names(''), [])
  })

  it('lives with a broken record and without folders', () => {
    writeFileSync(join(dir, 'records', 'bad.json'), '{')
    assert.deepEqual(readRecords(dir), [])
    assert.deepEqual(findSandboxes(join(dir, 'none'), 'x'), [])
  })

  it('takes only ids that can name a folder', () => {
    assert.deepEqual(['a.b_c-1', '', '.', '..', '../x', 'a/b', 'a\0'].map(isSafeTaskId), [
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ])
  })
})
