import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { VipKey } from '../../../src/domain/vip.js'
import {
  type AddressQuery,
  addressOf,
  matchesAddress,
  parseAddress,
} from '../../../src/domain/vip-address.js'
import { isResolvable, vipHostname } from '../../../src/domain/vip-name.js'

const ZONE = 'l4lb.thisdcos.directory'

describe('an address as it is typed', () => {
  const cases: [text: string, query: AddressQuery | null][] = [
    ['my-service:5555', { host: `my-service.marathon.${ZONE}`, port: 5555, protocol: null }],
    ['/group/my-service:5555', { host: `groupmy-service.marathon.${ZONE}`, port: 5555, protocol: null }],
    [`my-service.marathon.${ZONE}:5555`, { host: `my-service.marathon.${ZONE}`, port: 5555, protocol: null }],
    [
      `My-Service.Marathon.${ZONE.toUpperCase()}.:5555`,
      { host: `my-service.marathon.${ZONE}`, port: 5555, protocol: null },
    ],
    [`broker.kafka.${ZONE}`, { host: `broker.kafka.${ZONE}`, port: null, protocol: null }],
    ['my-service:53/udp', { host: `my-service.marathon.${ZONE}`, port: 53, protocol: 'udp' }],
    ['my-service:53/TCP', { host: `my-service.marathon.${ZONE}`, port: 53, protocol: 'tcp' }],
    ['my-service/udp', { host: `my-service.marathon.${ZONE}`, port: null, protocol: 'udp' }],
    ['My_Service', { host: `my-service.marathon.${ZONE}`, port: null, protocol: null }],
    [' my-service:80 ', { host: `my-service.marathon.${ZONE}`, port: 80, protocol: null }],
    ['api.v2:80', { host: `api.v2.marathon.${ZONE}`, port: 80, protocol: null }],
    ['a:b:80', { host: `ab.marathon.${ZONE}`, port: 80, protocol: null }],
    ['10.0.0.5:80', { host: '10.0.0.5', port: 80, protocol: null }],
    ['10.0.0.5:53/udp', { host: '10.0.0.5', port: 53, protocol: 'udp' }],
    ['10.0.0.5', { host: '10.0.0.5', port: null, protocol: null }],
    ['/10.0.0.5:80', { host: `10.0.0.5.marathon.${ZONE}`, port: 80, protocol: null }],
    ['[fd01:c::9]:80', { host: 'fd01:c::9', port: 80, protocol: null }],
    ['[FD01:C:0::9]', { host: 'fd01:c::9', port: null, protocol: null }],
    ['[fd01:c::9]:53/udp', { host: 'fd01:c::9', port: 53, protocol: 'udp' }],
    ['fd01:c::9:80', { host: 'fd01:c::9', port: 80, protocol: null }],
    ['fd01:c::9', { host: 'fd01:c::9', port: null, protocol: null }],
    ['fd01:c::a', { host: 'fd01:c::a', port: null, protocol: null }],
    ['::1', { host: '::1', port: null, protocol: null }],
    ['my-service:0', null],
    ['my-service:65535', { host: `my-service.marathon.${ZONE}`, port: 65535, protocol: null }],
    ['my-service:65536', null],
    ['10.0.0.5:65536', null],
    ['my-service:', null],
    ['my-service:http', null],
    ['my-service:-80', null],
    ['[my-service]:80', null],
    ['[fd01:c::9]:', null],
    ['', null],
    [':80', null],
    ['/', null],
    ['%%%:80', null],
  ]
  for (const [text, query] of cases)
    it(`${JSON.stringify(text)} is ${query ? JSON.stringify(query) : 'refused'}`, () =>
      assert.deepEqual(parseAddress(text), query))

  it('can belong to another framework', () => {
    assert.equal(parseAddress('broker:9092', 'dev/kafka')?.host, `broker.devkafka.${ZONE}`)
  })

  it('is read without an error whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const query = parseAddress(text)
        assert.ok(query === null || query.port === null || (query.port >= 1 && query.port <= 65535))
      }),
    )
  })
})

describe('a VIP', () => {
  const label = fc
    .string({ unit: fc.constantFrom(...'abAB09-_/.:'), minLength: 1, maxLength: 12 })
    .filter((text) => isResolvable(vipHostname(text)))
  const rest = {
    protocol: fc.constantFrom<'tcp' | 'udp'>('tcp', 'udp'),
    port: fc.integer({ min: 1, max: 65535 }),
  }
  const key: fc.Arbitrary<VipKey> = fc.oneof(
    fc.record({
      kind: fc.constant('named' as const),
      label,
      framework: fc.constantFrom('marathon', 'dev/kafka', 'a.b'),
      ...rest,
    }),
    fc.record({
      kind: fc.constant('ip' as const),
      ip: fc.oneof(fc.ipV4(), fc.constantFrom('fd01:c::9', '::ffff:10.0.0.1')),
      ...rest,
    }),
  )

  it('is found by its own address', () => {
    fc.assert(
      fc.property(key, (one) => {
        const query = parseAddress(addressOf(one))!
        assert.equal(matchesAddress(one, query), true)
        assert.equal(matchesAddress(one, { ...query, port: null }), true)
        assert.equal(matchesAddress(one, { ...query, protocol: one.protocol }), true)
        assert.equal(
          matchesAddress(one, { ...query, protocol: one.protocol === 'tcp' ? 'udp' : 'tcp' }),
          false,
        )
        assert.equal(matchesAddress(one, { ...query, port: (one.port % 65535) + 1 }), false)
        assert.equal(matchesAddress(one, { ...query, host: `x${query.host}` }), false)
      }),
    )
  })
})
