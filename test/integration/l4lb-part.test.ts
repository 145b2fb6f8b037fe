import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Frontend, FrontendPlan } from '../../src/domain/vip.js'
import { L4lbPart, RECONCILE_INTERVAL } from '../../src/local/parts/l4lb/l4lb-part.js'
import { UserspaceEngine } from '../../src/local/parts/l4lb/userspace-engine.js'
import { FakeClock } from '../support/fake-clock.js'

/** The real engine, writing down the plans it is given. */
class RecordingEngine extends UserspaceEngine {
  readonly plans: FrontendPlan[] = []
  override apply(plan: FrontendPlan): Promise<void> {
    this.plans.push(plan)
    return super.apply(plan)
  }
}

describe('l4lb part', () => {
  let clock: FakeClock
  let engine: RecordingEngine
  let part: L4lbPart
  let backend: Server
  let vip: Frontend

  beforeEach(async () => {
    clock = new FakeClock()
    engine = new RecordingEngine(clock)
    part = new L4lbPart(engine, clock)
    backend = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
    await once(backend, 'listening')
    const [a, b] = randomBytes(2)
    const { port } = backend.address() as AddressInfo
    const backends = [{ ip: '127.0.0.1', port, weight: 1 as const }]
    vip = { id: 'tcp:part', protocol: 'tcp', ip: `11.${a}.${b}.7`, port: 20_000 + (a! << 4), backends }
    await part.start()
  })

  afterEach(async () => {
    await part.stop()
    await part.stop()
    assert.equal(clock.pending, 0)
    backend.close()
  })

  it('tells the engine what changed, one after the other, and nothing when nothing did', async () => {
    const other = { ...vip, id: 'tcp:other', port: vip.port + 1 }
    await Promise.all([part.sync([vip]), part.sync([vip, other]), part.sync([other]), part.sync([other])])
    assert.deepEqual(
      engine.plans.map(({ add, change, remove }) => [add.map((f) => f.id), change.length, remove]),
      [
        [['tcp:part'], 0, []],
        [['tcp:other'], 0, []],
        [[], 0, ['tcp:part']],
      ],
    )
    assert.equal(part.reachable('tcp:part'), null)
    assert.equal(part.reachable('tcp:other')?.port, other.port)
    assert.deepEqual(part.health(), { healthy: true, detail: '1 VIP' })
  })

  it('tries again every 30 seconds what could not be served, and stays silent otherwise', async () => {
    const six = { ...vip, id: 'tcp:six', ip: 'fd01:c::77' }
    await part.sync([vip, six])
    assert.match(part.problem('tcp:six') ?? '', /IPv6/)
    assert.match(part.health().detail, /^2 VIPs, 1 not served: .*IPv6/)
    await clock.advance(RECONCILE_INTERVAL)
    assert.deepEqual(engine.plans.at(-1), { add: [], change: [six], remove: [] })
    await part.sync([vip])
    const count = engine.plans.length
    await clock.advance(RECONCILE_INTERVAL * 3)
    assert.equal(engine.plans.length, count)
  })

  it('gives an ordinary user another port than a privileged one, and says so', async function () {
    const script = `
      const { UserspaceEngine } = await import('./src/local/parts/l4lb/userspace-engine.ts')
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534) }
      const engine = new UserspaceEngine()
      await engine.apply({ add: [${JSON.stringify({ ...vip, port: 81 })}], change: [], remove: [] })
      console.log(JSON.stringify(engine.connections().get('tcp:part')))
      await engine.stop()`
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const place = JSON.parse(await text(child.stdout))
    if (place.port === 81) {
      console.log('    this machine lets every user have port 81: skipped')
      return this.skip()
    }
    assert.equal(place.address, vip.ip.replace(/^11/, '127'))
    assert.match(place.reason, /^Port 81 is reserved for privileged users/)
  })
})
