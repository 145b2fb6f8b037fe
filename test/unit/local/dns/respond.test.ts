import assert from 'node:assert/strict'
import { type Answer, decode, encode, type RecordType } from 'dns-packet'
import fc from 'fast-check'
import { answerQuestion } from '../../../../src/local/parts/dns/answer.js'
import { respond } from '../../../../src/local/parts/dns/respond.js'
import type { ZoneRecords } from '../../../../src/local/parts/dns/zone-records.js'

const SHOP = 'shop.marathon.l4lb.thisdcos.directory'
const MANY = 'many.marathon.l4lb.thisdcos.directory'
const records: ZoneRecords = {
  vips: new Map([
    [SHOP, { a: ['11.0.0.1', '11.0.0.2', '11.0.0.3'], aaaa: [] }],
    [MANY, { a: Array.from({ length: 40 }, (_, i) => `11.0.1.${i}`), aaaa: [] }],
  ]),
  tasks: new Map(),
}

const exchange = (message: Buffer, transport: 'udp' | 'tcp' = 'udp') =>
  respond(message, transport, (question, id) =>
    answerQuestion(question, id, records, { address: '127.0.0.1' }),
  )

function ask(name: string, type: string, more: { id?: number; additionals?: object[]; class?: string } = {}) {
  const { id = 6, additionals = [], class: klass = 'IN' } = more
  const question = { name, type: type as RecordType, class: klass as 'IN' }
  return encode({
    type: 'query',
    id,
    flags: 0x100,
    questions: [question],
    additionals: additionals as Answer[],
  })
}

function reply(message: Buffer, transport: 'udp' | 'tcp' = 'udp') {
  const response = exchange(message, transport)
  assert.ok(response)
  return decode(response)
}

const edns = (udpPayloadSize: number, ednsVersion = 0) => ({
  type: 'OPT',
  name: '.',
  udpPayloadSize,
  ednsVersion,
  extendedRcode: 0,
  flags: 0,
  options: [],
})

/** `rcode`, and what the DNS library leaves out of its types. */
const rcode = (packet: object) => (packet as { rcode: string }).rcode

describe('respond', () => {
  it('answers with AA, without RA, and repeats RD', () => {
    const packet = reply(ask(SHOP, 'A'))
    assert.equal(rcode(packet), 'NOERROR')
    assert.equal(packet.flag_aa, true)
    assert.equal(packet.flag_ra, false)
    assert.equal(packet.flag_rd, true)
    assert.deepEqual(packet.authorities, [])
  })

  it('rotates the addresses by message id', () => {
    const order = (id: number) => reply(ask(SHOP, 'A', { id })).answers?.map((a) => 'data' in a && a.data)
    assert.deepEqual(order(3), ['11.0.0.1', '11.0.0.2', '11.0.0.3'])
    assert.deepEqual(order(4), ['11.0.0.2', '11.0.0.3', '11.0.0.1'])
    assert.deepEqual(order(5), ['11.0.0.3', '11.0.0.1', '11.0.0.2'])
  })

  it('keeps the spelling of the asked name in question and answer', () => {
    const name = 'ShOp.Marathon.L4LB.thisdcos.GLOBAL'
    const packet = reply(ask(name, 'A'))
    assert.equal(packet.questions?.[0]?.name, name)
    assert.equal(packet.answers?.[0]?.name, name)
  })

  const soa = {
    mname: 'ns.spartan',
    rname: 'support.mesosphere.com',
    serial: 1,
    refresh: 60,
    retry: 180,
    expire: 86400,
    minimum: 1,
  }
  const negative: [name: string, type: string, rcode: string, zone: string][] = [
    ['none.marathon.l4lb.thisdcos.directory', 'A', 'NXDOMAIN', 'l4lb.thisdcos.directory'],
    ['marathon.l4lb.thisdcos.directory', 'A', 'NXDOMAIN', 'l4lb.thisdcos.directory'],
    ['none.dclb.thisdcos.global', 'ANY', 'NXDOMAIN', 'dclb.thisdcos.global'],
    [SHOP, 'AAAA', 'NOERROR', 'l4lb.thisdcos.directory'],
    [SHOP, 'SRV', 'NOERROR', 'l4lb.thisdcos.directory'],
    ['l4lb.thisdcos.directory', 'A', 'NOERROR', 'l4lb.thisdcos.directory'],
    ['none.mesos', 'A', 'NXDOMAIN', 'mesos'],
  ]
  for (const [name, type, code, zone] of negative) {
    it(`says ${code} with the SOA of ${zone} for ${name} ${type}`, () => {
      const packet = reply(ask(name, type))
      assert.equal(rcode(packet), code)
      assert.equal(packet.flag_aa, true)
      assert.deepEqual(packet.answers, [])
      const [authority] = packet.authorities as { type: string; name: string; ttl: number; data: object }[]
      assert.equal(authority?.type, 'SOA')
      assert.equal(authority?.name, zone)
      assert.equal(authority?.ttl, 1)
      assert.deepEqual(authority?.data, soa)
    })
  }

  it('answers SOA with TTL 5, NS with TTL 3600 and ANY with both at a zone', () => {
    const answers = (type: string) =>
      (reply(ask('l4lb.thisdcos.directory', type)).answers ?? []).map((a) => [a.type, 'ttl' in a && a.ttl])
    assert.deepEqual(answers('SOA'), [['SOA', 5]])
    assert.deepEqual(answers('NS'), [['NS', 3600]])
    assert.deepEqual(answers('ANY'), [
      ['SOA', 5],
      ['NS', 3600],
    ])
  })

  for (const [name, type, klass] of [
    ['example.com', 'A', 'IN'],
    ['thisdcos.directory', 'SOA', 'IN'],
    ['l4lb.thisdcos.directory', 'AXFR', 'IN'],
    [SHOP, 'A', 'CH'],
  ] as const) {
    it(`refuses ${name} ${type} ${klass} without AA`, () => {
      const packet = reply(ask(name, type, { class: klass }))
      assert.equal(rcode(packet), 'REFUSED')
      assert.equal(packet.flag_aa, false)
      assert.deepEqual(packet.authorities, [])
    })
  }

  it('cuts UDP answers over 512 bytes or the EDNS size with TC, and never TCP answers', () => {
    assert.equal(reply(ask(MANY, 'A')).flag_tc, true)
    assert.deepEqual(reply(ask(MANY, 'A')).answers, [])
    assert.ok(exchange(ask(MANY, 'A'))!.length <= 512)
    assert.equal(reply(ask(MANY, 'A', { additionals: [edns(1000)] })).flag_tc, true)
    assert.equal(reply(ask(MANY, 'A', { additionals: [edns(4096)] })).answers?.length, 40)
    assert.equal(reply(ask(MANY, 'A'), 'tcp').answers?.length, 40)
    assert.equal(reply(ask(SHOP, 'A', { additionals: [edns(100)] })).flag_tc, false)
  })

  it('answers EDNS with EDNS and refuses other versions of it', () => {
    const [plain] = [reply(ask(SHOP, 'A'))]
    assert.deepEqual(plain.additionals, [])
    const [option] = reply(ask(SHOP, 'A', { additionals: [edns(1232)] })).additionals ?? []
    assert.equal(option?.type, 'OPT')
    const [bad] = reply(ask(SHOP, 'A', { additionals: [edns(1232, 1)] })).additionals ?? []
    assert.equal((bad as { extendedRcode?: number }).extendedRcode, 1)
    assert.equal(rcode(reply(ask(SHOP, 'A', { additionals: [edns(1232), edns(1232)] }))), 'FORMERR')
  })

  it('answers the first of several questions and repeats all', () => {
    const questions = [
      { name: SHOP, type: 'A' as const },
      { name: MANY, type: 'A' as const },
    ]
    const packet = reply(encode({ type: 'query', id: 0, questions }))
    assert.equal(packet.questions?.length, 2)
    assert.deepEqual(new Set(packet.answers?.map((a) => a.name)), new Set([SHOP]))
  })

  it('repeats questions byte for byte, also bytes that are no text', () => {
    const message = ask('abc.l4lb.thisdcos.directory', 'A')
    message[13] = 0xff
    const response = exchange(message)!
    assert.deepEqual(response.subarray(12, message.length), message.subarray(12))
    assert.equal(rcode(decode(response)), 'NXDOMAIN')
  })

  it('answers other operations with NOTIMP, unreadable messages with FORMERR', () => {
    const update = encode({ type: 'query', id: 9, flags: 5 << 11, questions: [] })
    assert.equal(rcode(reply(update)), 'NOTIMP')
    assert.equal(rcode(reply(encode({ type: 'query', id: 9, questions: [] }))), 'FORMERR')
    assert.equal(rcode(reply(ask(SHOP, 'A').subarray(0, 20))), 'FORMERR')
  })

  it('says SERVFAIL where an answer cannot be made', () => {
    const response = respond(ask(SHOP, 'A'), 'udp', () => {
      throw new Error('no records')
    })
    assert.ok(response)
    assert.equal(rcode(decode(response)), 'SERVFAIL')
  })

  it('is silent to fragments of a header and to responses', () => {
    assert.equal(exchange(Buffer.alloc(11)), null)
    assert.equal(exchange(encode({ type: 'response', id: 1, questions: [{ name: SHOP, type: 'A' }] })), null)
  })

  it('never throws and always answers within the limit, whatever arrives', () => {
    const damaged = fc
      .tuple(fc.uint8Array({ minLength: 0, maxLength: 20 }), fc.nat(80), fc.nat(80))
      .map(([bytes, at, cut]) => {
        const message = Buffer.concat([ask(SHOP, 'A', { additionals: [edns(600)] }), Buffer.alloc(20)])
        message.set(bytes.subarray(0, Math.max(0, message.length - at)), Math.min(at, message.length))
        return message.subarray(0, message.length - (cut % 60))
      })
    const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.oneof(damaged, noise), (message) => {
        const response = exchange(message)
        if (response === null) return
        assert.equal(response.readUInt16BE(0), message.readUInt16BE(0))
        assert.ok(response.length <= 65_535)
        assert.ok(response[2]! & 0x80)
      }),
      { numRuns: 2000 },
    )
  })
})
