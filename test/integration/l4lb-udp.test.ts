import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Frontend } from '../../src/domain/vip.js'
import { UDP_IDLE } from '../../src/local/parts/l4lb/udp-frontend.js'
import { UserspaceEngine } from '../../src/local/parts/l4lb/userspace-engine.js'
import { FakeClock } from '../support/fake-clock.js'

describe('l4lb udp', () => {
  const open = new Set<Socket>()
  let clock: FakeClock
  let engine: UserspaceEngine
  let vip: Frontend

  beforeEach(() => {
    clock = new FakeClock()
    engine = new UserspaceEngine(clock)
    const [a, b, c] = randomBytes(3)
    vip = {
      id: 'udp:test',
      protocol: 'udp',
      ip: `11.${a}.${b}.${(c! % 250) + 1}`,
      port: 20_000 + (b! << 4),
      backends: [],
    }
  })

  afterEach(async () => {
    await engine.stop()
    assert.equal(clock.pending, 0)
    for (const socket of open) socket.close()
    open.clear()
  })

  /** A backend that answers each datagram with its name and the datagram. */
  async function backend(name: string): Promise<number> {
    const socket = createSocket('udp4')
    open.add(socket)
    socket.on('message', (data, from) => socket.send(`${name}:${data}`, from.port, from.address))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return socket.address().port
  }

  async function client(): Promise<Socket> {
    const at = engine.connections().get(vip.id)
    assert.ok(at, 'the VIP is reachable')
    const socket = createSocket('udp4')
    open.add(socket)
    socket.connect(at.port, at.address)
    await once(socket, 'connect')
    return socket
  }

  async function ask(socket: Socket, text: string): Promise<string> {
    socket.send(text)
    const [answer] = (await once(socket, 'message')) as [Buffer]
    return String(answer)
  }

  const table = (ports: number[], weights: (0 | 1)[] = []) => ({
    ...vip,
    backends: ports.map((port, i) => ({ ip: '127.0.0.1', port, weight: weights[i] ?? (1 as const) })),
  })
  const put = (frontend: Frontend) => engine.apply({ add: [frontend], change: [], remove: [] })

  it('keeps a client at its backend and spreads clients', async () => {
    await put(table([await backend('a'), await backend('b')]))
    const [one, two] = [await client(), await client()]
    assert.equal(await ask(one, '1'), 'a:1')
    assert.equal(await ask(two, '2'), 'b:2')
    assert.equal(await ask(one, '3'), 'a:3')
    assert.equal(engine.stats().get(vip.id)?.active, 2)
  })

  it('sends a burst that comes before the backend socket is ready, in order', async () => {
    await put(table([await backend('a')]))
    const socket = await client()
    const answers: string[] = []
    const done = new Promise<void>((resolve) => {
      socket.on('message', (data) => answers.push(String(data)) === 10 && resolve())
    })
    for (let i = 0; i < 10; i++) socket.send(String(i))
    await done
    assert.deepEqual(
      answers,
      Array.from({ length: 10 }, (_, i) => `a:${i}`),
    )
  })

  it('keeps flows of a backend at weight 0 and moves them when it leaves', async () => {
    const [a, b] = [await backend('a'), await backend('b')]
    await put(table([a, b]))
    const [one, two] = [await client(), await client()]
    assert.equal(await ask(one, '1'), 'a:1')
    await put(table([a, b], [0, 1]))
    assert.equal(await ask(one, '2'), 'a:2')
    assert.equal(await ask(two, '3'), 'b:3')
    await put(table([b]))
    assert.equal(await ask(one, '4'), 'b:4')
  })

  it('forgets a silent flow after five minutes and not before', async () => {
    await put(table([await backend('a')]))
    const [one, two] = [await client(), await client()]
    await ask(one, '1')
    await ask(two, '2')
    await clock.advance(UDP_IDLE - 1)
    await ask(two, '3')
    assert.equal(engine.stats().get(vip.id)?.active, 2)
    await clock.advance(1)
    assert.equal(engine.stats().get(vip.id)?.active, 1)
    await clock.advance(UDP_IDLE)
    assert.equal(engine.stats().get(vip.id)?.active, 0)
    assert.equal(clock.pending, 0)
    assert.equal(await ask(one, '4'), 'a:4')
  })

  it('moves a client whose backend refuses to another', async () => {
    const gone = createSocket('udp4').bind(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address()
    gone.close()
    await put(table([port, await backend('b')]))
    const socket = await client()
    const answered = once(socket, 'message') as Promise<[Buffer]>
    let waiting = true
    answered.finally(() => {
      waiting = false
    })
    // What the refusing backend got is lost; a client that asks again finds the other one.
    while (waiting) {
      socket.send('again')
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.equal(String((await answered)[0]), 'b:again')
  })

  it('refuses when nobody takes traffic and no flow is left, and comes back at its place', async () => {
    const port = await backend('a')
    await put(table([port]))
    const place = engine.connections().get(vip.id)
    const socket = await client()
    await ask(socket, '1')
    await put(table([port], [0]))
    assert.equal(engine.connections().size, 0)
    assert.equal(await ask(socket, 'flow lives on'), 'a:flow lives on')
    await clock.advance(UDP_IDLE)
    socket.send('2')
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNREFUSED')
    await put(table([port]))
    assert.deepEqual(engine.connections().get(vip.id), place)
    assert.equal(await ask(socket, '3'), 'a:3')
  })

  it('serves TCP and UDP at one place', async () => {
    const port = await backend('a')
    const tcp = { ...table([port]), id: 'tcp:test', protocol: 'tcp' as const }
    await engine.apply({ add: [tcp, table([port])], change: [], remove: [] })
    const places = engine.connections()
    assert.deepEqual(places.get('tcp:test'), places.get('udp:test'))
    assert.equal(places.get('udp:test')?.reason, null)
  })

  it('takes another port where the own one is in use', async () => {
    const address = vip.ip.replace(/^11/, '127')
    const other = createSocket('udp4')
    open.add(other)
    other.bind(vip.port, address)
    await once(other, 'listening')
    await put(table([await backend('a')]))
    assert.match(engine.connections().get(vip.id)?.reason ?? '', /Another program/)
    assert.equal(await ask(await client(), '1'), 'a:1')
  })
})
