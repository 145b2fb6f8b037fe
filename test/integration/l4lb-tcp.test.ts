import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Frontend } from '../../src/domain/vip.js'
import { CONNECT_TIMEOUT } from '../../src/local/parts/l4lb/tcp-connection.js'
import { UserspaceEngine } from '../../src/local/parts/l4lb/userspace-engine.js'
import { FakeClock } from '../support/fake-clock.js'

type Handler = (socket: Socket) => void

/** Backends of one test, on free ports of this machine. */
class Backends {
  readonly sockets = new Set<Socket>()
  private readonly servers: Server[] = []

  async start(handler: Handler): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket)
      socket.on('close', () => this.sockets.delete(socket))
      socket.on('error', () => {})
      handler(socket)
    })
    this.servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
}

const greeting =
  (text: string): Handler =>
  (socket) => {
    socket.resume()
    socket.end(text)
  }
const echo: Handler = (socket) => socket.pipe(socket)

/** All that comes until the other side finishes; leaves the own side open. */
async function read(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'end')
  return Buffer.concat(chunks).toString()
}

/** Resolves at the end of a socket, whatever ended it. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.resume().once('close', () => resolve())
  })
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

const sockets = () => process.getActiveResourcesInfo().filter((name) => /TCP|UDP|Pipe/.test(name)).length

/** Resolves when `condition` holds; looked at after each turn of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('l4lb tcp', () => {
  let engine: UserspaceEngine
  let backends: Backends
  let vip: Frontend
  let before: number

  beforeEach(async () => {
    before = sockets()
    engine = new UserspaceEngine()
    backends = new Backends()
    // A free address and port for each test: suites run beside each other.
    const [a, b, c] = randomBytes(3)
    const ip = `11.${a}.${b}.${(c! % 250) + 1}`
    vip = { id: 'tcp:test', protocol: 'tcp', ip, port: 20_000 + (b! << 4), backends: [] }
  })

  afterEach(async () => {
    await engine.stop()
    await backends.stop()
    await until(() => sockets() <= before)
  })

  const table = (ports: number[], weights: (0 | 1)[] = []) => ({
    ...vip,
    backends: ports.map((port, i) => ({ ip: '127.0.0.1', port, weight: weights[i] ?? (1 as const) })),
  })
  const add = (frontend: Frontend) => engine.apply({ add: [frontend], change: [], remove: [] })
  const change = (frontend: Frontend) => engine.apply({ add: [], change: [frontend], remove: [] })

  function client(options: { allowHalfOpen?: boolean } = {}): Socket {
    const at = engine.connections().get(vip.id)
    assert.ok(at, 'the VIP is reachable')
    return connect({ host: at.address, port: at.port, ...options })
  }
  async function ask(): Promise<string> {
    const socket = client()
    return await read(socket)
  }
  async function failure(socket: Socket): Promise<string | undefined> {
    socket.resume()
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    return error.code
  }

  it('serves 11.A.B.C at 127.A.B.C and goes round its backends', async () => {
    await add(
      table([
        await backends.start(greeting('a')),
        await backends.start(greeting('b')),
        await backends.start(greeting('c')),
      ]),
    )
    assert.deepEqual(engine.connections().get(vip.id), {
      address: vip.ip.replace(/^11/, '127'),
      port: vip.port,
      reason: null,
    })
    const answers: string[] = []
    for (let i = 0; i < 6; i++) answers.push(await ask())
    assert.deepEqual(answers.sort(), ['a', 'a', 'b', 'b', 'c', 'c'])
  })

  it('gives new connections to the backend with the fewest', async () => {
    const [a, b] = [await backends.start(echo), await backends.start(echo)]
    await add(table([a, b]))
    const open = Array.from({ length: 10 }, () => client())
    await until(() => backends.sockets.size === 10)
    assert.deepEqual(
      engine
        .stats()
        .get(vip.id)
        ?.backends.map((backend) => backend.active),
      [5, 5],
    )
    for (const socket of open) socket.destroy()
    await until(() => engine.stats().get(vip.id)?.active === 0)
  })

  it('tries the next backend when one refuses, with all the client sent', async () => {
    const received = new Promise<string>((resolve) => {
      backends
        .start((socket) => {
          read(socket).then(resolve)
          socket.end('ok')
        })
        .then(async (port) => {
          await add(table([await closedPort(), await closedPort(), port]))
          const socket = client()
          socket.end('sent before any backend accepted')
          assert.equal(await read(socket), 'ok')
        })
    })
    assert.equal(await received, 'sent before any backend accepted')
  })

  it('tries the next backend when one does not accept in time', async () => {
    const clock = new FakeClock()
    engine = new UserspaceEngine(clock)
    // A process that listens and never accepts: once its queue is full, the kernel drops further clients.
    const script = `const server = require('node:net').createServer()
      server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
        require('node:fs').writeSync(1, String(server.address().port))
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      })`
    const deaf = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [port] = (await once(deaf.stdout, 'data')) as [Buffer]
    const queue = Array.from({ length: 6 }, () => connect(Number(String(port)), '127.0.0.1'))
    for (const socket of queue) socket.on('error', () => {})
    try {
      await Promise.all(queue.slice(0, 2).map((socket) => once(socket, 'connect')))
      await add(table([Number(String(port)), await backends.start(greeting('a'))]))
      const socket = client()
      const answer = read(socket)
      await until(() => engine.stats().get(vip.id)?.active === 1)
      await clock.advance(CONNECT_TIMEOUT)
      assert.equal(await answer, 'a')
      assert.equal(clock.pending, 0)
    } finally {
      for (const socket of queue) socket.destroy()
      deaf.kill('SIGKILL')
      await once(deaf, 'close')
    }
  })

  it('resets the client when every backend refuses', async () => {
    await add(table([await closedPort(), await closedPort()]))
    assert.equal(await failure(client()), 'ECONNRESET')
    assert.equal(engine.stats().get(vip.id)?.active, 0)
  })

  it('refuses at once while nobody takes traffic, and comes back at the same place', async () => {
    const port = await backends.start(greeting('a'))
    await add(table([port]))
    const place = engine.connections().get(vip.id)
    assert.ok(place)
    await change(table([port], [0]))
    assert.equal(engine.connections().has(vip.id), false)
    assert.equal(engine.problems().size, 0)
    assert.equal(await failure(connect(place.port, place.address)), 'ECONNREFUSED')
    await change(table([port]))
    assert.deepEqual(engine.connections().get(vip.id), place)
    assert.equal(await ask(), 'a')
  })

  it('keeps connections when their backend goes to weight 0, is removed, or the VIP is', async () => {
    const port = await backends.start(echo)
    await add(table([port, await backends.start(echo)]))
    const open = [client(), client()]
    await until(() => backends.sockets.size === 2)
    const check = async (word: string) => {
      for (const socket of open) {
        socket.write(word)
        const [chunk] = await once(socket, 'data')
        assert.equal(String(chunk), word)
      }
    }
    await change(table([port], [0]))
    await check('weight 0')
    await change(table([]))
    await check('removed')
    await engine.apply({ add: [], change: [], remove: [vip.id] })
    await check('VIP gone')
    assert.equal(engine.stats().size, 0)
    for (const socket of open) socket.end()
    await Promise.all(open.map(closed))
  })

  it('lets the backend answer after the client has finished', async () => {
    const port = await backends.start(async (socket) => {
      socket.end(`got ${await read(socket)}`)
    })
    await add(table([port]))
    const socket = client()
    socket.end('12345')
    assert.equal(await read(socket), 'got 12345')
  })

  it('lets the client go on after the backend has finished', async () => {
    let received: (text: string) => void = () => {}
    const fromClient = new Promise<string>((resolve) => {
      received = resolve
    })
    const port = await backends.start((socket) => {
      socket.end('done')
      read(socket).then(received)
    })
    await add(table([port]))
    const socket = client({ allowHalfOpen: true })
    assert.equal(await read(socket), 'done')
    socket.end('still here')
    assert.equal(await fromClient, 'still here')
  })

  it('hands a reset on in both directions', async () => {
    const port = await backends.start(echo)
    await add(table([port]))
    const first = client()
    first.write('x')
    await once(first, 'data')
    for (const socket of backends.sockets) socket.resetAndDestroy()
    assert.equal(await failure(first), 'ECONNRESET')

    const second = client()
    second.write('x')
    await once(second, 'data')
    const [backendSide] = backends.sockets
    const reset = once(backendSide!, 'error') as Promise<[NodeJS.ErrnoException]>
    second.resetAndDestroy()
    assert.equal((await reset)[0].code, 'ECONNRESET')
  })

  it('carries large data of several clients unharmed, both ways at once', async () => {
    const port = await backends.start(echo)
    await add(table([port]))
    const exchange = async () => {
      const sent = createHash('sha256')
      const received = createHash('sha256')
      const socket = client()
      const finished = (async () => {
        for await (const chunk of socket) received.update(chunk)
      })()
      for (let i = 0; i < 16; i++) {
        const chunk = randomBytes(1024 * 1024 + i)
        sent.update(chunk)
        if (!socket.write(chunk)) await once(socket, 'drain')
      }
      socket.end()
      await finished
      assert.equal(received.digest('hex'), sent.digest('hex'))
    }
    await Promise.all([exchange(), exchange(), exchange(), exchange()])
  })

  /** Writes megabytes to a socket as fast as it takes them; `sent` counts those on their way. */
  function pour(socket: Socket): { sent: number } {
    const block = Buffer.alloc(1024 * 1024)
    const count = { sent: 0 }
    const send = () => {
      if (socket.destroyed) return
      count.sent++
      socket.write(block, send)
    }
    send()
    return count
  }

  /** Until the pipe is full: nothing more is taken over many turns of the loop. */
  async function full(count: { sent: number }): Promise<void> {
    let last = -1
    for (let quiet = 0; quiet < 20_000; quiet++) {
      if (count.sent !== last) quiet = 0
      last = count.sent
      await new Promise((resolve) => setImmediate(resolve))
    }
    assert.ok(last < 64, `${last} MB were taken from a sender that nobody reads`)
  }

  it('holds back a backend whose client does not read', async () => {
    let count = { sent: 0 }
    await add(
      table([
        await backends.start((socket) => {
          count = pour(socket)
        }),
      ]),
    )
    const socket = client()
    await until(() => count.sent > 0)
    await full(count)
    const before = count.sent
    socket.resume()
    await until(() => count.sent > before + 20)
    socket.destroy()
  })

  it('holds back a client whose backend does not read', async () => {
    await add(table([await backends.start((socket) => socket.pause())]))
    const socket = client()
    await once(socket, 'connect')
    const count = pour(socket)
    await until(() => backends.sockets.size > 0)
    await full(count)
    const before = count.sent
    for (const backend of backends.sockets) backend.resume()
    await until(() => count.sent > before + 20)
    socket.destroy()
  })

  it('serves others when one cannot be bound, and says why', async () => {
    const port = await backends.start(greeting('a'))
    const six = { ...table([port]), id: 'tcp:six', ip: 'fd01:c::1234' }
    const huge = { ...table([port]), id: 'tcp:huge', port: 65_536 }
    await engine.apply({ add: [six, huge, table([port])], change: [], remove: [] })
    assert.deepEqual([...engine.connections().keys()], [vip.id])
    assert.match(engine.problems().get('tcp:six') ?? '', /IPv6/)
    assert.match(engine.problems().get('tcp:huge') ?? '', /65536/)
    assert.equal(await ask(), 'a')
  })

  it('takes another port where the own one is in use, and keeps it', async () => {
    const address = vip.ip.replace(/^11/, '127')
    const other = createServer().listen(vip.port, address)
    await once(other, 'listening')
    const port = await backends.start(greeting('a'))
    await add(table([port]))
    const place = engine.connections().get(vip.id)
    assert.equal(place?.address, address)
    assert.notEqual(place?.port, vip.port)
    assert.match(place?.reason ?? '', /Another program/)
    assert.equal(await ask(), 'a')
    other.close()
    await change(table([]))
    await change(table([port]))
    assert.deepEqual(engine.connections().get(vip.id), place)
  })

  it('serves a virtual IP without loopback address of its own at 127.0.0.1', async () => {
    vip = { ...vip, ip: '11.255.255.255' }
    await add(table([await backends.start(greeting('a'))]))
    assert.equal(engine.connections().get(vip.id)?.address, '127.0.0.1')
    assert.match(engine.connections().get(vip.id)?.reason ?? '', /127\.255\.255\.255/)
    assert.equal(await ask(), 'a')
  })

  it('may be told the same twice, and to change or remove what it does not know', async () => {
    const frontend = table([await backends.start(greeting('a'))])
    await add(frontend)
    await add(frontend)
    await engine.apply({ add: [], change: [{ ...frontend, id: 'tcp:other', port: 0 }], remove: ['nothing'] })
    assert.equal(await ask(), 'a')
    assert.equal(engine.connections().size, 2)
  })

  it('gives a removed VIP’s place to another in the same plan', async () => {
    const port = await backends.start(greeting('a'))
    await add(table([port]))
    const heir = { ...table([port]), id: 'tcp:heir' }
    await engine.apply({ add: [heir], change: [], remove: [vip.id] })
    assert.equal(engine.connections().get('tcp:heir')?.port, vip.port)
    assert.equal(engine.connections().get('tcp:heir')?.reason, null)
  })

  it('leaves no socket behind when it stops with connections open, half open and being opened', async () => {
    await add(table([await backends.start(echo)]))
    const open = Array.from({ length: 20 }, () => client())
    for (const socket of open) socket.on('error', () => {})
    await until(() => backends.sockets.size >= 10)
    open[0]!.end()
    await engine.stop()
    await Promise.all(open.map(closed))
    await engine.stop()
    await until(() => backends.sockets.size === 0)
  })

  it('survives clients that come and vanish at every moment', async () => {
    await add(table([await backends.start(echo), await closedPort()]))
    const rounds = Array.from({ length: 300 }, async (_, i) => {
      const socket = client()
      socket.on('error', () => {})
      if (i % 3 === 0) socket.resetAndDestroy()
      else if (i % 3 === 1) socket.end('x')
      else socket.write('y', () => socket.resetAndDestroy())
      await closed(socket)
    })
    await Promise.all(rounds)
    await until(() => engine.stats().get(vip.id)?.active === 0)
  })
})
