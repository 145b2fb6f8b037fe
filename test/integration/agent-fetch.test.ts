import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { TaskLaunch } from '../../src/local/parts/agent/contract.js'
import { TestAgent } from '../support/agent-task.js'

type Artifact = TaskLaunch['fetch'][number]

describe('agent: fetch', () => {
  let agent: TestAgent
  let source: string
  beforeEach(async () => {
    source = mkdtempSync(join(tmpdir(), 'dcos fetch-'))
    agent = new TestAgent()
    await agent.part.start()
  })
  afterEach(async () => {
    await agent.remove()
    rmSync(source, { recursive: true })
  })

  const add = (name: string, content: string | Buffer = 'content') => {
    const file = join(source, name)
    writeFileSync(file, content)
    return file
  }
  const of = (uri: string, more: Partial<Artifact> = {}): Artifact => ({
    uri,
    extract: true,
    executable: false,
    ...more,
  })
  const run = async (fetch: Artifact[], command = 'true') => {
    agent.launch('t', command, { fetch })
    return agent.reached('t', 'TASK_FINISHED')
  }
  const fetched = (name: string) => readFileSync(join(agent.dir, 'tasks', 't', name), 'utf8')

  it('copies file: URIs and absolute paths, also to a place in the sandbox', async () => {
    const file = add('some file.txt')
    await run([of(file), of(pathToFileURL(file).href, { destPath: 'conf/d/app.conf' })])
    assert.deepEqual([fetched('some file.txt'), fetched('conf/d/app.conf')], ['content', 'content'])
  })

  it('replaces a link that an archive has brought, and does not follow it', async () => {
    const victim = add('victim', 'untouched')
    symlinkSync(victim, join(source, 'link'))
    execFileSync('tar', ['-C', source, '-cf', join(source, 'l.tar'), 'link'])
    rmSync(join(source, 'link'))
    await run([of(join(source, 'l.tar')), of(add('evil.txt', 'evil'), { destPath: 'link' })])
    assert.deepEqual([readFileSync(victim, 'utf8'), fetched('link')], ['untouched', 'evil'])
  })

  it('makes programs executable', async () => {
    await run([of(add('tool.tar', '#!/bin/sh\necho ran'), { executable: true })], './tool.tar')
    assert.equal(agent.output('t'), 'ran\n')
  })

  const packers: [string, (archive: string) => void][] = [
    ['a.tar', (archive) => void execFileSync('tar', ['-C', source, '-cf', archive, 'inner'])],
    ['a.tar.gz', (archive) => void execFileSync('tar', ['-C', source, '-czf', archive, 'inner'])],
    ['a.tgz', (archive) => void execFileSync('tar', ['-C', source, '-czf', archive, 'inner'])],
    ['a.zip', (archive) => void execFileSync('zip', ['-q', archive, 'inner'], { cwd: source })],
    ['inner.gz', (archive) => writeFileSync(archive, gzipSync('content'))],
  ]
  for (const [name, pack] of packers) {
    it(`unpacks ${name}, unless told not to`, async () => {
      add('inner')
      const archive = join(source, name)
      pack(archive)
      await run([of(archive)])
      assert.equal(fetched('inner'), 'content')
      agent.launch('u', 'true', { fetch: [of(archive, { extract: false })] })
      await agent.reached('u', 'TASK_FINISHED')
      assert.equal(existsSync(join(agent.dir, 'tasks', 'u', 'inner')), false)
    })
  }

  const refusals: [string, () => Artifact, RegExp][] = [
    [
      'other schemes',
      () => of('https://example.com/x.tgz'),
      /^Failed to fetch 'https:\/\/example.com\/x.tgz': .*local files only/,
    ],
    ['relative paths', () => of('x.tgz'), /local files only/],
    ['what does not exist', () => of(join(source, 'none')), /ENOENT/],
    ['folders', () => of(source), /is not a file/],
    ['a way out of the sandbox', () => of(add('f'), { destPath: '../../evil' }), /not inside the sandbox/],
    [
      'an absolute destination',
      () => of(add('f'), { destPath: join(source, 'evil') }),
      /not inside the sandbox/,
    ],
    ['the sandbox itself as destination', () => of(add('f'), { destPath: '.' }), /not inside the sandbox/],
    ['a broken archive', () => of(add('broken.tgz')), /tar|gzip/],
  ]
  for (const [title, artifact, message] of refusals) {
    it(`refuses ${title}`, async () => {
      agent.launch('t', 'true', { fetch: [artifact()] })
      assert.match(await agent.reached('t', 'TASK_FAILED'), message)
      assert.equal(agent.states('t'), 'STARTING FAILED')
    })
  }

  it('refuses to follow a link out of the sandbox', async () => {
    mkdirSync(join(source, 'box'))
    symlinkSync(source, join(source, 'box', 'out'))
    const archive = join(source, 'link.tar')
    execFileSync('tar', ['-C', join(source, 'box'), '-cf', archive, 'out'])
    agent.launch('t', 'true', { fetch: [of(archive), of(add('f'), { destPath: 'out/evil' })] })
    assert.match(await agent.reached('t', 'TASK_FAILED'), /not inside the sandbox/)
    assert.equal(existsSync(join(source, 'evil')), false)
  })

  it('launches nothing when the kill came while a file was copied', async () => {
    agent.launch('t', 'true', { fetch: [of(add('f'))] })
    agent.part.kill('t')
    assert.equal(await agent.reached('t', 'TASK_KILLED'), 'Task killed before it was launched')
    assert.equal(agent.states('t'), 'STARTING KILLING KILLED')
  })

  it('is called off by a kill', async () => {
    const archive = join(source, 'big.tar.gz')
    writeFileSync(join(source, 'big'), Buffer.alloc(50_000_000))
    execFileSync('tar', ['-C', source, '-czf', archive, 'big'])
    agent.launch('t', 'echo ran', { fetch: [of(archive)] })
    await agent.reached('t', 'TASK_STARTING')
    agent.part.kill('t')
    await agent.reached('t', 'TASK_KILLED')
    assert.equal(agent.states('t'), 'STARTING KILLING KILLED')
  })
})
