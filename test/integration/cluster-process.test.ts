import assert from 'node:assert/strict'
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { LocalControl } from '../../src/local/control.js'
import { processesMarked } from '../../src/local/kit/processes.js'
import { loadIdentity, localPaths, type RunningCluster } from '../../src/local/state-files.js'
import { systemClock } from '../../src/shared/clock.js'
import { UserError } from '../../src/shared/errors.js'
import { CLUSTER_PROGRAM, ClusterProcess } from '../support/cluster-process.js'
import { type Ask, ask, eventually } from '../support/local-cluster.js'
import { tempDir } from '../support/temp-dir.js'

/** A user without rights. */
const NOBODY = 65534
const ANY = { port: 0, dnsPort: 0 }
const app = (id: string, more: object = {}) => ({ id, cmd: 'exec sleep 600', ...more })

/** A state folder and what a test asks the cluster in it. */
class Place {
  readonly dcosDir = tempDir()
  readonly paths = localPaths(this.dcosDir)
  readonly control = new LocalControl(this.dcosDir, CLUSTER_PROGRAM, '0.0.0', process.env, systemClock)

  api({ url }: RunningCluster, path: string, init: Ask = {}) {
    const headers = { authorization: `token=${loadIdentity(this.paths).token}` }
    return ask(`${url}${path}`, { ...init, headers })
  }

  create(running: RunningCluster, body: object) {
    return this.api(running, '/service/marathon/v2/apps', { method: 'POST', body })
  }

  get processes(): number {
    return processesMarked('MESOS_SANDBOX', this.paths.agent).size
  }

  tasks(running: RunningCluster, count: number) {
    return eventually(async () => {
      const { json } = await this.api(running, '/service/marathon/v2/tasks?status=running')
      return json.tasks.length === count ? (json.tasks as { id: string }[]) : undefined
    }, `${count} tasks`)
  }
}

describe('the embedded cluster as a process', () => {
  const places: Place[] = []
  const place = () => {
    const made = new Place()
    places.push(made)
    return made
  }
  afterEach(async () => {
    for (const used of places.splice(0)) {
      await used.control.stop()
      assert.equal(await used.control.find(), null)
      assert.equal(used.processes, 0, 'tasks survived')
    }
  })

  it('loses nothing that was acknowledged when it is killed, and runs no task twice', async () => {
    const here = place()
    const first = new ClusterProcess(here)
    const before = await first.ready()
    const portDefinitions = [{ port: 0, labels: { VIP_0: '/vip-killed:5564' } }]
    await here.create(before, app('/killed', { instances: 2, portDefinitions }))
    const old = await here.tasks(before, 2)
    const vip = await eventually(async () => (await here.api(before, '/local/v1/vips')).json[0])
    const { json } = await here.create(before, app('/last'))
    await first.end('SIGKILL')
    assert.ok(here.processes >= 2, 'tasks of a killed cluster go on until the next')

    const after = await new ClusterProcess(here).ready()
    const tasks = await here.tasks(after, 3)
    assert.equal(here.processes, 3)
    for (const { id } of old) {
      const next = id.replace(/1$/, '2')
      assert.ok(
        tasks.some((task) => task.id === next),
        next,
      )
    }
    const last = await here.api(after, '/service/marathon/v2/apps/last')
    assert.equal(last.json.app.version, json.version)
    const again = await eventually(async () => (await here.api(after, '/local/v1/vips')).json[0])
    assert.equal(again.ip, vip.ip)
    assert.equal(after.clusterId, before.clusterId)
  })

  it('ends on SIGTERM with its tasks, also while it is starting', async () => {
    const here = place()
    const first = new ClusterProcess(here)
    const running = await first.ready()
    await here.create(running, app('/a'))
    await here.tasks(running, 1)
    assert.equal(await first.end(), 0)
    assert.equal(here.processes, 0)
    const second = new ClusterProcess(here)
    await eventually(() => (readLock(here) ? true : undefined), 'the lock')
    assert.equal(await second.end(), 0)
    assert.equal(here.processes, 0)
    assert.equal(readLock(here), null)
  })

  it('is started, found and stopped in the background', async () => {
    const here = place()
    assert.equal(await here.control.find(), null)
    assert.equal(await here.control.stop(), false)
    const running = await here.control.startDetached(ANY)
    assert.deepEqual(await here.control.find(), running)
    assert.deepEqual(await here.control.startDetached(ANY), running, 'a second start finds the first')
    assert.equal((await here.api(running, '/service/marathon/ping')).text, 'pong')
    assert.match(readFileSync(here.control.logFile, 'utf8'), /up at http/)
    assert.equal(await here.control.stop(), true)
    assert.equal(await here.control.stop(), false)
    here.control.removeState()
    assert.equal(here.control.knownIdentity(), null)
  })

  it('is one cluster when two start it at once', async () => {
    const here = place()
    const [one, other] = await Promise.all([here.control.startDetached(ANY), here.control.startDetached(ANY)])
    assert.deepEqual(one, other)
    assert.deepEqual(await here.control.find(), one)
  })

  it('that was killed is cleaned up by stop', async () => {
    const here = place()
    const killed = new ClusterProcess(here)
    const running = await killed.ready()
    await here.create(running, app('/left', { instances: 2 }))
    await here.tasks(running, 2)
    await killed.end('SIGKILL')
    assert.equal(await here.control.find(), null, 'the dead are not found')
    assert.equal(await here.control.stop(), true)
    assert.equal(here.processes, 0)
  })

  it('serves a VIP below 1024 at another port for an ordinary user, and says why', async function () {
    const start = '/proc/sys/net/ipv4/ip_unprivileged_port_start'
    if (process.getuid?.() !== 0 || !existsSync(start) || Number(readFileSync(start, 'utf8')) <= 81)
      this.skip()
    const here = place()
    chownSync(here.dcosDir, NOBODY, NOBODY)
    const ids = ['--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups']
    const cluster = new ClusterProcess(here, ['setpriv', ...ids])
    const running = await cluster.ready()
    const cmd = `exec '${process.execPath}' -e "require('http').createServer((q, s) => s.end('hello')).listen(process.env.PORT0, '127.0.0.1')"`
    const portDefinitions = [{ port: 0, labels: { VIP_0: '/vip-low:81' } }]
    await here.create(running, app('/low', { cmd, portDefinitions }))
    const vip = await eventually(async () => {
      const [found] = (await here.api(running, '/local/v1/vips')).json
      return found?.connect ? found : undefined
    }, 'the VIP')
    assert.ok(!vip.connect.endsWith(':81'))
    assert.match(vip.reason, /Port 81 is reserved for privileged users/)
    const got = await eventually(() => ask(`http://${vip.connect}/`).catch(() => undefined), 'an answer')
    assert.equal(got.text, 'hello')
    assert.equal(await cluster.end(), 0)
  })

  it('tells why it cannot start', async () => {
    const here = place()
    const first = await here.control.startDetached(ANY)
    const there = place()
    const port = Number(new URL(first.url).port)
    await assert.rejects(there.control.startDetached({ port, dnsPort: 0 }), codeOf('E_PORT_IN_USE'))
    const dnsPort = Number(first.dns.split(':')[1])
    await assert.rejects(there.control.startDetached({ port: 0, dnsPort }), codeOf('E_DNS_PORT_IN_USE'))
    rmSync(there.paths.dir, { recursive: true, force: true })
    writeFileSync(there.paths.dir, '')
    await assert.rejects(there.control.startDetached(ANY), codeOf('E_DCOS_DIR_UNUSABLE'))
    rmSync(there.paths.dir)
  })
})

const codeOf = (code: string) => (error: unknown) => error instanceof UserError && error.code === code

function readLock(here: Place): string | null {
  try {
    return readFileSync(here.paths.lock, 'utf8')
  } catch {
    return null
  }
}
