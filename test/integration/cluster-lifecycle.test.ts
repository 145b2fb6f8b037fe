import assert from 'node:assert/strict'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { dirname } from 'node:path'
import { startLocalCluster } from '../../src/local/cluster.js'
import { takeLock } from '../../src/local/lock.js'
import { localPaths } from '../../src/local/state-files.js'
import { systemClock } from '../../src/shared/clock.js'
import { UserError } from '../../src/shared/errors.js'
import { eventually, TestCluster, useCluster } from '../support/local-cluster.js'
import { tempDir } from '../support/temp-dir.js'

const code = (expected: string) => (error: unknown) =>
  error instanceof UserError && error.code === expected && error.next.length > 0
const start = (dcosDir: string, port = 0, dnsPort = 0) =>
  startLocalCluster({
    dcosDir,
    port,
    dnsPort,
    version: '0.0.0',
    env: process.env,
    clock: systemClock,
    log: () => {},
  })
const sockets = () =>
  process.getActiveResourcesInfo().filter((name) => /TCPServer|UDP|Process/.test(name)).length

describe('the embedded cluster', () => {
  it('leaves nothing when the port is taken, and starts when it is free', async () => {
    const other = net.createServer()
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening))
    const { port } = other.address() as net.AddressInfo
    const dcosDir = tempDir()
    const before = sockets()
    await assert.rejects(start(dcosDir, port), code('E_PORT_IN_USE'))
    assert.equal(existsSync(localPaths(dcosDir).running), false)
    await eventually(() => (sockets() === before ? true : undefined), 'all parts to be stopped')
    other.close()
    await once(other, 'close')
    const cluster = await start(dcosDir, port)
    assert.equal(cluster.running.url, `http://127.0.0.1:${port}`)
    await cluster.stop()
  })

  it('leaves nothing when the DNS port is taken', async () => {
    const other = dgram.createSocket('udp4')
    await new Promise<void>((bound) => other.bind(0, '127.0.0.1', bound))
    const before = sockets()
    await assert.rejects(start(tempDir(), 0, other.address().port), code('E_DNS_PORT_IN_USE'))
    await eventually(() => (sockets() === before ? true : undefined), 'all parts to be stopped')
    other.close()
  })

  it('stops its tasks when a part behind them cannot start', async () => {
    const cluster = new TestCluster()
    await cluster.start()
    await cluster.run({ id: '/a', cmd: 'exec sleep 600' })
    const { port } = new URL(cluster.running.url)
    await cluster.stop()
    const other = net.createServer()
    await new Promise<void>((listening) => other.listen(Number(port), '127.0.0.1', listening))
    await assert.rejects(start(cluster.dcosDir, Number(port)), code('E_PORT_IN_USE'))
    assert.deepEqual(cluster.processes, [])
    other.close()
    await cluster.remove()
  })

  it('stops as often as one likes, and closes what is open', async () => {
    const cluster = await start(tempDir())
    const { port } = new URL(cluster.running.url)
    const idle = net.connect(Number(port), '127.0.0.1')
    await once(idle, 'connect')
    const closed = once(idle, 'close')
    await Promise.all([cluster.stop(), cluster.stop()])
    await closed
    await cluster.stop()
  })

  for (const [what, prepare] of [
    ['its folder is a file', (dir: string) => writeFileSync(localPaths(dir).dir, '')],
    ['its store is a file', (dir: string) => fileAt(localPaths(dir).store)],
    ['its agent’s folder is a file', (dir: string) => fileAt(localPaths(dir).agent)],
  ] as const)
    it(`says so when ${what}`, async () => {
      const dcosDir = tempDir()
      prepare(dcosDir)
      const error = await start(dcosDir).then(
        () => assert.fail('it started'),
        (thrown) => thrown,
      )
      assert.ok(error instanceof UserError, error.stack)
      assert.match(error.code, /^E_(DCOS_DIR|STORE)_UNUSABLE$/)
      assert.match(error.message, new RegExp(dcosDir))
    })

  describe('which runs', () => {
    const cluster = useCluster()

    it('keeps its secrets to itself', () => {
      assert.equal(statSync(cluster.paths.dir).mode & 0o777, 0o700)
      assert.equal(statSync(cluster.paths.identity).mode & 0o777, 0o600)
      const running = readFileSync(cluster.paths.running, 'utf8')
      assert.ok(!running.includes(cluster.token))
      assert.equal(JSON.parse(running).url, cluster.running.url)
    })

    it('is the same after a restart: apps, versions, addresses, and its tasks run again', async () => {
      const portDefinitions = [{ port: 0, labels: { VIP_0: '/vip-restart:5563' } }]
      await cluster.run({ id: '/kept', cmd: 'exec sleep 600', instances: 2, portDefinitions })
      await cluster.marathon('/v2/apps/kept', { method: 'PATCH', body: { labels: { a: 'b' } } })
      await cluster.deployed()
      const look = async () => ({
        id: cluster.running.clusterId,
        token: cluster.token,
        versions: (await cluster.marathon('/v2/apps/kept/versions')).json,
        labels: (await cluster.app('/kept')).labels,
      })
      const vip = () =>
        eventually(async () => {
          const [found] = (await cluster.api('/local/v1/vips')).json
          return found?.connect ? [found.ip, found.connect] : undefined
        }, 'the VIP')
      const [before, place] = [await look(), await vip()]
      const instances = (await cluster.tasks('/kept')).map((task) => task.id.split('._app')[0]).sort()
      await cluster.restart()
      assert.deepEqual(await look(), before)
      const tasks = await eventually(async () => {
        const running = await cluster.tasks('/kept', 'TASK_RUNNING')
        return running.length === 2 ? running : undefined
      }, 'both tasks')
      assert.deepEqual(tasks.map((task) => task.id.split('._app')[0]).sort(), instances)
      assert.ok(tasks.every((task) => task.id.endsWith('._app.2')))
      assert.deepEqual(await vip(), place)
      assert.equal(cluster.processes.length, 2)
    })

    it('goes on with a deployment where it was', async () => {
      const file = `${cluster.dcosDir}/go`
      const healthChecks = [
        {
          protocol: 'COMMAND',
          command: { value: `test -e ${file}` },
          delaySeconds: 0,
          intervalSeconds: 0,
          gracePeriodSeconds: 600,
        },
      ]
      const { json } = await cluster.create({
        id: '/going',
        cmd: 'exec sleep 600',
        instances: 2,
        healthChecks,
      })
      await eventually(async () =>
        (await cluster.tasks('/going', 'TASK_RUNNING')).length === 2 ? true : undefined,
      )
      await cluster.restart()
      const [plan] = (await cluster.marathon('/v2/deployments')).json
      assert.deepEqual([plan.id, plan.affectedApps], [json.deployments[0].id, ['/going']])
      await eventually(async () =>
        (await cluster.tasks('/going', 'TASK_RUNNING')).length === 2 ? true : undefined,
      )
      assert.equal((await cluster.marathon('/v2/deployments')).json.length, 1, 'not healthy yet')
      writeFileSync(file, '')
      await cluster.deployed()
      assert.equal((await cluster.app('/going')).tasksHealthy, 2)
      assert.equal((await cluster.marathon('/v2/apps/going', { method: 'DELETE' })).status, 200)
      await cluster.deployed()
    })
  })

  describe('lock', () => {
    it('is held once, and taken over from the dead', async () => {
      const path = `${tempDir()}/lock`
      const lock = await takeLock(path)
      await assert.rejects(takeLock(path), code('E_ALREADY_RUNNING'))
      lock.release()
      for (const stale of ['', 'nonsense', '999999 x', `${process.pid} another-process`]) {
        writeFileSync(path, stale)
        const taken = await Promise.allSettled([takeLock(path), takeLock(path), takeLock(path)])
        const winners = taken.filter(({ status }) => status === 'fulfilled')
        assert.equal(winners.length, 1, stale)
        ;(winners[0] as PromiseFulfilledResult<{ release(): void }>).value.release()
        assert.equal(existsSync(path), false)
      }
    })
  })
})

function fileAt(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
}
