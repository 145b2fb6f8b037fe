import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  attachCluster,
  dcosDir,
  editCluster,
  findClusters,
  listClusters,
  removeCluster,
  saveCluster,
} from '../../../src/config/clusters.js'
import { UserError } from '../../../src/shared/errors.js'

describe('clusters on disk', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dcos-clusters-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const store = async (id: string, toml: string, attached = false) => {
    await mkdir(join(dir, 'clusters', id), { recursive: true })
    await writeFile(join(dir, 'clusters', id, 'dcos.toml'), toml)
    if (attached) await writeFile(join(dir, 'clusters', id, 'attached'), '')
  }

  it('lives under DCOS_DIR, else HOME/.dcos', () => {
    assert.equal(dcosDir({ DCOS_DIR: '/x', HOME: '/h' }), '/x')
    assert.equal(dcosDir({ DCOS_DIR: 'rel', HOME: '/h' }, '/cwd'), '/cwd/rel')
    assert.equal(dcosDir({ DCOS_DIR: 'rel' }), join(process.cwd(), 'rel'))
    assert.equal(dcosDir({ DCOS_DIR: '', HOME: '/h' }), '/h/.dcos')
    assert.throws(() => dcosDir({}), { code: 'E_NO_HOME' })
  })

  it('lists nothing where nothing is', async () => {
    assert.deepEqual(await listClusters(dir), [])
  })

  it('reads the layout of the genuine program', async () => {
    await store(
      'abc',
      '\n[cluster]\n  name = "local"\n\n[core]\n  dcos_acs_token = "t"\n  dcos_url = "http://127.0.0.1:8080/"\n  timeout = 180\n',
      true,
    )
    await writeFile(join(dir, 'clusters', 'stray-file'), '')
    const [cluster, ...rest] = await listClusters(dir)
    assert.equal(rest.length, 0)
    assert.equal(cluster!.name, 'local')
    assert.equal(cluster!.url, 'http://127.0.0.1:8080')
    assert.equal(cluster!.attached, true)
    assert.equal(cluster!.value('core.timeout'), '180')
    assert.equal(cluster!.value('core'), undefined)
    assert.equal(cluster!.value('core.constructor'), undefined)
    assert.deepEqual(
      cluster!.entries().map(([key]) => key),
      ['cluster.name', 'core.dcos_acs_token', 'core.dcos_url', 'core.timeout'],
    )
  })

  it('counts a folder without a file as a cluster, and does not create the file', async () => {
    await mkdir(join(dir, 'clusters', 'bare'), { recursive: true })
    const [cluster] = await listClusters(dir)
    assert.equal(cluster!.url, null)
    assert.deepEqual(await readdir(join(dir, 'clusters', 'bare')), [])
  })

  it('says file and line of a broken file', async () => {
    await store('bad', '[core]\ndcos_url = http://x\n')
    const [cluster] = await listClusters(dir)
    assert.equal(cluster!.problem?.code, 'E_CONFIG_BROKEN')
    assert.match(cluster!.problem!.message, /clusters\/bad\/dcos\.toml:2:\d+ is not valid TOML/)
    assert.match(cluster!.problem!.next[0]!, /line 2/)
  })

  it('says what is wrong with a folder that is none, and with links in a circle', async () => {
    await writeFile(join(dir, 'clusters'), '')
    await assert.rejects(listClusters(dir), {
      code: 'E_CONFIG_FILE',
      message: /clusters: a part of the path is a file/,
    })
    await rm(join(dir, 'clusters'))
    await mkdir(join(dir, 'clusters'))
    await symlink(join(dir, 'clusters', 'loop'), join(dir, 'clusters', 'loop'))
    const [cluster] = await listClusters(dir)
    assert.match(cluster!.problem!.message, /symbolic links run in a circle/)
  })

  it('finds by exact id, exact name and, where asked, the beginning of an id', async () => {
    await store('aaa1', '[cluster]\nname = "prod"')
    await store('aaa2', '[cluster]\nname = "aaa1"')
    await store('bbb', '')
    const all = await listClusters(dir)
    const ids = (text: string, prefix: boolean) =>
      findClusters(all, text, prefix).map((cluster) => cluster.id)
    assert.deepEqual(ids('prod', false), ['aaa1'])
    assert.deepEqual(ids('pro', true), [])
    assert.deepEqual(ids('aaa1', true), ['aaa1'], 'an exact id wins over a name')
    assert.deepEqual(ids('aaa', true), ['aaa1', 'aaa2'])
    assert.deepEqual(ids('aaa', false), [])
    assert.deepEqual(ids('', false), ['bbb'], 'the empty name')
  })

  it('saves privately, keeps what it does not know, and drops a token that belongs to another URL', async () => {
    await store(
      'c1',
      '[core]\ndcos_url = "https://old"\ndcos_acs_token = "old-token"\nbig = 9007199254740993\nhalf = 1.0\n[mine]\nx = [1, 2]\n',
    )
    await saveCluster(dir, { id: 'c1', name: 'new', url: 'https://new/', timeoutSeconds: 60 })
    const file = join(dir, 'clusters', 'c1', 'dcos.toml')
    const text = await readFile(file, 'utf8')
    assert.match(text, /dcos_url = "https:\/\/new"/)
    assert.match(text, /dcos_acs_token = ""/)
    assert.match(text, /big = 9007199254740993\n/)
    assert.match(text, /half = 1\.0\n/)
    assert.match(text, /timeout = 60\n/)
    assert.match(text, /\[mine\]\nx = \[ ?1, 2 ?\]/)
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    assert.deepEqual((await readdir(join(dir, 'clusters', 'c1'))).sort(), ['dcos.toml'], 'no draft is left')
    await saveCluster(dir, { id: 'c1', url: 'https://new', token: 'tok' })
    await saveCluster(dir, { id: 'c1', url: 'https://new' })
    assert.equal((await listClusters(dir))[0]!.value('core.dcos_acs_token'), 'tok')
  })

  it('writes through a symbolic link', async () => {
    await mkdir(join(dir, 'clusters', 'c1'), { recursive: true })
    await writeFile(join(dir, 'elsewhere.toml'), '')
    await symlink(join(dir, 'elsewhere.toml'), join(dir, 'clusters', 'c1', 'dcos.toml'))
    await saveCluster(dir, { id: 'c1', url: 'https://x' })
    assert.match(await readFile(join(dir, 'elsewhere.toml'), 'utf8'), /https:\/\/x/)
  })

  it('leaves a broken file alone', async () => {
    await store('bad', 'x = ')
    await assert.rejects(saveCluster(dir, { id: 'bad', url: 'https://x' }), { code: 'E_CONFIG_BROKEN' })
    assert.equal(await readFile(join(dir, 'clusters', 'bad', 'dcos.toml'), 'utf8'), 'x = ')
  })

  it('never leaves its folder, whatever id a cluster gives itself', async () => {
    for (const id of ['', '.', '..', '../x', 'a/b', 'a\0b', 'a\\b']) {
      await assert.rejects(saveCluster(dir, { id, url: 'https://x' }), { code: 'E_CLUSTER_ID' }, id)
      await assert.rejects(removeCluster(dir, id), { code: 'E_CLUSTER_ID' }, id)
    }
  })

  it('attaches by moving the one mark', async () => {
    await store('a', '', true)
    await store('b', '', true)
    await store('c', '')
    const attached = async () => (await listClusters(dir)).filter((one) => one.attached).map((one) => one.id)
    await attachCluster(dir, 'c')
    assert.deepEqual(await attached(), ['c'])
    await attachCluster(dir, 'c')
    assert.deepEqual(await attached(), ['c'])
    await assert.rejects(attachCluster(dir, 'nope'), { code: 'E_CLUSTER_UNKNOWN' })
  })

  it('removes one cluster, and of a linked one the link only', async () => {
    await store('a', '')
    await mkdir(join(dir, 'real'))
    await writeFile(join(dir, 'real', 'dcos.toml'), '')
    await symlink(join(dir, 'real'), join(dir, 'clusters', 'linked'))
    await removeCluster(dir, 'linked')
    await removeCluster(dir, 'a')
    assert.deepEqual(await listClusters(dir), [])
    assert.deepEqual(await readdir(join(dir, 'real')), ['dcos.toml'])
    await assert.rejects(
      removeCluster(dir, 'a'),
      (thrown) => thrown instanceof UserError && /no cluster/i.test(thrown.message),
    )
  })

  it('edits any key', async () => {
    await editCluster(dir, 'x', (table) => {
      table.kafka = { service_name: 'kafka-prod' }
    })
    assert.equal((await listClusters(dir))[0]!.value('kafka.service_name'), 'kafka-prod')
  })
})
