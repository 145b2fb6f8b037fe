import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { decode, encode, streamDecode, streamEncode } from 'dns-packet'
import { DnsPart } from '../../src/local/parts/dns/dns-part.js'
import { TCP_CLIENT_LIMIT } from '../../src/local/parts/dns/listeners.js'
import { TCP_TIMEOUT } from '../../src/local/parts/dns/tcp-session.js'
import type { AddressSet } from '../../src/local/parts/dns/zone-records.js'
import { UserError } from '../../src/shared/errors.js'
import { FakeClock } from '../support/fake-clock.js'

const SHOP = 'shop.marathon.l4lb.thisdcos.directory'
const MANY = 'many.marathon.l4lb.thisdcos.directory'

/** Resolves at the end of a socket, whatever ended it. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.resume().once('close', () => resolve())
  })
}

describe('dns', () => {
  const vips = new Map<string, AddressSet>()
  const tasks = new Map<string, AddressSet>()
  const clock = new FakeClock()
  let dns: DnsPart
  let port: number

  before(async () => {
    vips.set(SHOP, { a: ['11.1.2.3'], aaaa: ['fd01:c::5'] })
    vips.set(MANY, { a: Array.from({ length: 200 }, (_, i) => `11.9.9.${i}`), aaaa: [] })
    tasks.set('shop.marathon.mesos', { a: ['127.0.0.1'], aaaa: [] })
    dns = new DnsPart({
      host: '127.0.0.1',
      port: 0,
      clusterId: 'abc',
      records: () => ({ vips, tasks }),
      clock,
    })
    await dns.start()
    port = dns.address!.port
  })
  after(() => dns.stop())

  const query = (name: string, id = 1) =>
    encode({ type: 'query', id, flags: 0x100, questions: [{ name, type: 'A' }] })

  async function open(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  }

  async function overUdp(message: Buffer) {
    const socket = createSocket('udp4')
    try {
      socket.send(message, port, '127.0.0.1')
      const [answer] = (await once(socket, 'message')) as [Buffer]
      return decode(answer)
    } finally {
      socket.close()
    }
  }

  it('answers over UDP and TCP at one port', async () => {
    assert.equal((await overUdp(query(SHOP))).answers?.length, 1)
    const socket = await open()
    socket.end(streamEncode({ type: 'query', id: 2, questions: [{ name: SHOP, type: 'A' }] }))
    const answer = streamDecode(await buffer(socket))
    assert.equal(answer?.id, 2)
    assert.deepEqual(dns.health(), { healthy: true, detail: `127.0.0.1:${port}` })
  })

  it('sees a name that comes and goes', async () => {
    const name = 'late.marathon.l4lb.thisdcos.directory'
    const rcode = async () => ((await overUdp(query(name))) as { rcode?: string }).rcode
    assert.equal(await rcode(), 'NXDOMAIN')
    vips.set(name, { a: ['11.0.0.9'], aaaa: [] })
    assert.equal(await rcode(), 'NOERROR')
    vips.delete(name)
    assert.equal(await rcode(), 'NXDOMAIN')
  })

  it('survives malformed UDP', async () => {
    const socket = createSocket('udp4')
    for (const message of [Buffer.alloc(0), Buffer.alloc(5), Buffer.alloc(12), Buffer.alloc(3000, 0xff)])
      socket.send(message, port, '127.0.0.1')
    const [answer] = (await once(socket, 'message')) as [Buffer]
    socket.close()
    assert.equal(answer[3]! & 0xf, 1)
    assert.equal((await overUdp(query(SHOP))).answers?.length, 1)
  })

  it('answers many messages sent at once over TCP, in order', async () => {
    const socket = await open()
    const ids = Array.from({ length: 300 }, (_, i) => i)
    socket.end(
      Buffer.concat(
        ids.map((id) => streamEncode({ type: 'query', id, questions: [{ name: SHOP, type: 'A' }] })),
      ),
    )
    let bytes = await buffer(socket)
    const answered: number[] = []
    while (bytes.length > 0) {
      const length = bytes.readUInt16BE(0)
      answered.push(decode(bytes.subarray(2, 2 + length)).id ?? -1)
      bytes = bytes.subarray(2 + length)
    }
    assert.deepEqual(answered, ids)
  })

  it('reads a message that comes byte by byte', async () => {
    const socket = await open()
    socket.setNoDelay(true)
    for (const byte of streamEncode({ type: 'query', id: 7, questions: [{ name: SHOP, type: 'A' }] })) {
      await new Promise<void>((resolve) => socket.write(Buffer.from([byte]), () => resolve()))
    }
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    assert.equal(streamDecode(chunk)?.id, 7)
    socket.destroy()
  })

  it('closes TCP clients that take too long, also in the middle of a message', async () => {
    const idle = await open()
    const partial = await open()
    partial.write(Buffer.from([0, 30, 1]))
    // Both sessions exist on the server once a later client has been answered.
    const later = await open()
    later.end(streamEncode({ type: 'query', id: 1, questions: [{ name: SHOP, type: 'A' }] }))
    await buffer(later)
    await clock.advance(TCP_TIMEOUT)
    await Promise.all([closed(idle), closed(partial)])
    assert.equal(clock.pending, 0)
  })

  it('turns away clients over the limit and serves again when one leaves', async () => {
    const clients = await Promise.all(Array.from({ length: TCP_CLIENT_LIMIT }, open))
    const extra = connect(port, '127.0.0.1')
    extra.on('error', () => {})
    await closed(extra)
    for (const client of clients) client.destroy()
    await Promise.all(clients.map(closed))
    for (;;) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.end(streamEncode({ type: 'query', id: 1, questions: [{ name: SHOP, type: 'A' }] }))
      if ((await buffer(socket).catch(() => Buffer.alloc(0))).length > 0) break
    }
  })

  it('names the port and the flag when another program has it', async () => {
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port: taken } = other.address() as { port: number }
    const second = new DnsPart({ host: '127.0.0.1', port: taken, records: () => ({ vips, tasks }) })
    await assert.rejects(second.start(), (error: UserError) => {
      assert.ok(error instanceof UserError)
      assert.equal(error.code, 'E_DNS_PORT_IN_USE')
      assert.match(error.message, new RegExp(String(taken)))
      assert.match(error.next.join(' '), /--dns-port/)
      return true
    })
    other.close()
    await second.stop()
  })

  it('does the same when only UDP is taken, and leaves nothing listening', async () => {
    const other = createSocket('udp4')
    other.bind(0, '127.0.0.1')
    await once(other, 'listening')
    const taken = other.address().port
    const second = new DnsPart({ host: '127.0.0.1', port: taken, records: () => ({ vips, tasks }) })
    await assert.rejects(second.start(), { code: 'E_DNS_PORT_IN_USE' })
    const probe = connect(taken, '127.0.0.1')
    const [error] = (await once(probe, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNREFUSED')
    other.close()
  })

  it('can be stopped twice with clients connected, and started again', async () => {
    const part = new DnsPart({ host: '127.0.0.1', port: 0, records: () => ({ vips, tasks }) })
    await part.start()
    const client = connect(part.address!.port, '127.0.0.1')
    client.on('error', () => {})
    await once(client, 'connect')
    await part.stop()
    await part.stop()
    await closed(client)
    assert.equal(part.address, null)
    assert.equal(part.health().healthy, false)
    await part.start()
    assert.notEqual(part.address, null)
    await part.stop()
  })

  describe('asked by dig', () => {
    async function dig(...args: string[]): Promise<string> {
      const child = spawn('dig', ['@127.0.0.1', '-p', String(port), '+time=3', '+tries=1', ...args])
      return text(child.stdout)
    }

    before(async function () {
      const found = await new Promise((resolve) => {
        spawn('dig', ['-v'], { stdio: 'ignore' })
          .on('error', () => resolve(false))
          .on('exit', () => resolve(true))
      })
      if (found) return
      console.log('    dig is not installed: its tests are skipped')
      this.skip()
    })

    it('resolves all spellings of a VIP name', async () => {
      for (const zone of [
        'l4lb.thisdcos.directory',
        'DCLB.thisdcos.directory',
        'l4lb.thisdcos.global',
        'dclb.thisdcos.global',
        'l4lb.abc.dcos.directory',
      ]) {
        assert.equal(await dig('+short', `shop.marathon.${zone}`), '11.1.2.3\n')
      }
      assert.equal(await dig('+short', SHOP, 'AAAA'), 'fd01:c::5\n')
      assert.equal(await dig('+short', '+tcp', SHOP), '11.1.2.3\n')
    })

    it('shows the flags and TTLs of an authoritative server', async () => {
      const answer = await dig(SHOP)
      assert.match(answer, /status: NOERROR/)
      assert.match(answer, /flags: qr aa rd; QUERY/)
      assert.match(answer, /directory\.\s+5\s+IN\s+A\s+11\.1\.2\.3/)
      assert.doesNotMatch(answer, /malformed|extra bytes|Warning: Message/i)
      assert.match(await dig('none.l4lb.thisdcos.directory'), /NXDOMAIN[\s\S]*\s1\s+IN\s+SOA\s+ns\.spartan\./)
      assert.match(await dig('shop.marathon.mesos'), /\s60\s+IN\s+A\s+127\.0\.0\.1/)
      assert.match(await dig('example.com'), /status: REFUSED/)
    })

    it('gets the rest over TCP when UDP is too small', async () => {
      assert.equal((await dig('+short', '+bufsize=512', MANY)).trim().split('\n').length, 200)
      assert.match(await dig('+ignore', '+noedns', MANY), /flags: qr aa tc rd/)
    })
  })
})
