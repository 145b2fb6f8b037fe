import assert from 'node:assert/strict'
import fc from 'fast-check'
import { addressOf } from '../../../src/domain/vip-address.js'
import { isVipKey, parseVipLabel, vipLabelText } from '../../../src/domain/vip-label.js'
import { isResolvable, MARATHON_FRAMEWORK, vipHostname } from '../../../src/domain/vip-name.js'
import { vipKeyOf } from '../../../src/domain/vip-table.js'

const ZONE = '.l4lb.thisdcos.directory'

type Named = [row: number, value: string, label: string, address: string, framework?: string]

/** Label value, label in the key, service address (the zone left out). */
const NAMED: Named[] = [
  [1, '/my-app:80', '/my-app', 'my-app.marathon:80'],
  [2, 'my-app:80', 'my-app', 'my-app.marathon:80'],
  [3, '/group/my-app:80', '/group/my-app', 'groupmy-app.marathon:80'],
  [4, 'group/my-app:80', 'group/my-app', 'groupmy-app.marathon:80'],
  [5, '//a//b:80', '//a//b', 'ab.marathon:80'],
  [6, '/a/b:80', '/a/b', 'ab.marathon:80'],
  [6, '/ab:80', '/ab', 'ab.marathon:80'],
  [7, 'My_App.V2:80', 'My_App.V2', 'my-app.v2.marathon:80'],
  [8, 'my_app:80', 'my_app', 'my-app.marathon:80'],
  [9, '_my-app_:80', '_my-app_', 'my-app.marathon:80'],
  [10, '-my-app-:80', '-my-app-', 'my-app.marathon:80'],
  [11, '/api.hello-world:80', '/api.hello-world', 'api.hello-world.marathon:80'],
  [12, 'a..b:80', 'a..b', 'a.b.marathon:80'],
  [13, '.a.b.:80', '.a.b.', 'a.b.marathon:80'],
  [14, '/a.b/c.d:80', '/a.b/c.d', 'a.bc.d.marathon:80'],
  [15, 'a b:80', 'a b', 'ab.marathon:80'],
  [15, 'a%$b:80', 'a%$b', 'ab.marathon:80'],
  [16, 'café:80', 'café', 'caf.marathon:80'],
  [17, '123:80', '123', '123.marathon:80'],
  [19, '/1.2.3.4:80', '/1.2.3.4', '1.2.3.4.marathon:80'],
  [20, '1.2.3:80', '1.2.3', '1.2.3.marathon:80'],
  [21, '1.2.3.4.5:80', '1.2.3.4.5', '1.2.3.4.5.marathon:80'],
  [21, '256.1.1.1:80', '256.1.1.1', '256.1.1.1.marathon:80'],
  [22, '01.2.3.4:80', '01.2.3.4', '01.2.3.4.marathon:80'],
  [22, '0x1.2.3.4:80', '0x1.2.3.4', '0x1.2.3.4.marathon:80'],
  [24, '[fd01:c::9]:80', '[fd01:c::9]', 'fd01c9.marathon:80'],
  [28, 'a:b:80', 'a:b', 'ab.marathon:80'],
  [29, 'my-app:80:90', 'my-app:80', 'my-app80.marathon:90'],
  [30, 'tcp://my-app:80', 'tcp://my-app', 'tcpmy-app.marathon:80'],
  [31, 'udp://1.2.3.4:53', 'udp://1.2.3.4', 'udp1.2.3.4.marathon:53'],
  [38, 'my-app:+80', 'my-app', 'my-app.marathon:80'],
  [38, 'my-app:080', 'my-app', 'my-app.marathon:80'],
  [41, 'my-app:65535', 'my-app', 'my-app.marathon:65535'],
  [42, 'my-app:65536', 'my-app', 'my-app.marathon:65536'],
  [42, 'my-app:99999999999', 'my-app', 'my-app.marathon:99999999999'],
  [43, ':80', '', '.marathon:80'],
  [43, '/:80', '/', '.marathon:80'],
  [43, '...:80', '...', '.marathon:80'],
  [44, 'a._.b:80', 'a._.b', 'a..b.marathon:80'],
  [45, `${'a'.repeat(63)}:80`, 'a'.repeat(63), `${'a'.repeat(63)}.marathon:80`],
  [46, `${'a'.repeat(64)}:80`, 'a'.repeat(64), `${'a'.repeat(63)}.marathon:80`],
  [46, `${'a'.repeat(200)}:80`, 'a'.repeat(200), `${'a'.repeat(63)}.marathon:80`],
  [47, `${'a'.repeat(62)}-bc:80`, `${'a'.repeat(62)}-bc`, `${'a'.repeat(62)}b.marathon:80`],
  [48, `a${'-'.repeat(70)}b:80`, `a${'-'.repeat(70)}b`, 'ab.marathon:80'],
  [49, 'broker:9092', 'broker', 'broker.kafka:9092', 'kafka'],
  [50, 'broker:9092', 'broker', 'broker.devkafka:9092', '/dev/kafka'],
  [50, 'broker:9092', 'broker', 'broker.devkafka:9092', 'dev/kafka'],
  [51, 'broker:9092', 'broker', 'broker.kafka.prod:9092', 'kafka.prod'],
  [52, 'broker:9092', 'broker', 'broker.kafka-prod:9092', 'Kafka_Prod'],
]

const IP: [row: number, value: string, ip: string, address: string][] = [
  [18, '1.2.3.4:80', '1.2.3.4', '1.2.3.4:80'],
  [23, 'fd01:c::9:80', 'fd01:c::9', '[fd01:c::9]:80'],
  [23, 'FD01:000C:0:0::9:80', 'fd01:c::9', '[fd01:c::9]:80'],
  [25, '::1:80', '::1', '[::1]:80'],
  [26, '::ffff:1.2.3.4:80', '::ffff:1.2.3.4', '[::ffff:1.2.3.4]:80'],
  [26, '::ffff:102:304:80', '::ffff:1.2.3.4', '[::ffff:1.2.3.4]:80'],
  [27, 'fe80::1%eth0:80', 'fe80::1', '[fe80::1]:80'],
]

const DROPPED: [row: number, value: string, reason: string][] = [
  [33, '', 'no-port'],
  [34, 'my-app', 'no-port'],
  [34, '/my-app', 'no-port'],
  [35, 'my-app:', 'no-port'],
  [36, 'my-app:0', 'port-zero'],
  [36, 'my-app:-0', 'port-zero'],
  [37, 'my-app:-1', 'bad-port'],
  [39, 'my-app: 80', 'bad-port'],
  [39, 'my-app:80 ', 'bad-port'],
  [39, 'my-app:80\n', 'bad-port'],
  [40, 'my-app:http', 'bad-port'],
  [40, 'my-app:80.0', 'bad-port'],
  [40, 'my-app:0x50', 'bad-port'],
  [40, 'my-app:8e1', 'bad-port'],
  [40, 'my-app:++80', 'bad-port'],
  [40, 'my-app:٨٠', 'bad-port'],
]

describe('a VIP label value', () => {
  for (const [row, value, label, address, framework = MARATHON_FRAMEWORK] of NAMED)
    it(`${row}. ${JSON.stringify(value)} of ${framework} is the named VIP ${address}`, () => {
      const port = Number(address.slice(address.lastIndexOf(':') + 1))
      const key = vipKeyOf(value, 'tcp', framework)
      assert.deepEqual(key, { kind: 'named', protocol: 'tcp', label, framework, port })
      assert.equal(addressOf(key!), address.replace(/:\d+$/, `${ZONE}:${port}`))
    })

  it('32. that is a service address already is named once more', () => {
    const key = vipKeyOf(`my-app.marathon${ZONE}:80`, 'tcp', MARATHON_FRAMEWORK)!
    assert.equal(addressOf(key), `my-app.marathon${ZONE}.marathon${ZONE}:80`)
  })

  for (const [row, value, ip, address] of IP)
    it(`${row}. ${value} is the IP VIP ${address}, whatever framework carries it`, () => {
      const key = vipKeyOf(value, 'udp', 'kafka')
      assert.deepEqual(key, { kind: 'ip', protocol: 'udp', ip, port: 80 })
      assert.equal(addressOf(key!), address)
    })

  for (const [row, value, reason] of DROPPED)
    it(`${row}. ${JSON.stringify(value)} is dropped`, () => {
      assert.deepEqual(parseVipLabel(value), { kind: 'dropped', reason })
      assert.equal(vipKeyOf(value, 'tcp', MARATHON_FRAMEWORK), null)
    })

  it('43, 44. gives a name that nobody can resolve where nothing is left between two dots', () => {
    for (const label of ['', '/', '...', 'a._.b'])
      assert.equal(isResolvable(vipHostname(label)), false, label)
    assert.equal(isResolvable(vipHostname('a.b')), true)
  })

  it('is read without an error whatever it is, and never with a port of zero or less', () => {
    const nearlyValid = fc
      .tuple(fc.string({ unit: 'binary' }), fc.constantFrom('', ':', ':-', ':+', ':0', ':٣'), fc.nat())
      .map(([name, colon, port]) => `${name}${colon}${port}`)
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearlyValid), (value) => {
        const read = parseVipLabel(value)
        assert.ok(read.kind === 'dropped' || read.port > 0)
      }),
    )
  })

  it('is written as it is read', () => {
    const label = fc.string().filter((text) => parseVipLabel(`${text}:1`).kind === 'named')
    const ip = fc.oneof(fc.ipV4(), fc.constantFrom('fd01:c::9', '::', '::ffff:10.0.0.1'))
    fc.assert(
      fc.property(fc.oneof(label, ip), fc.integer({ min: 1, max: 65535 }), (name, port) => {
        const text = `${name}:${port}`
        const read = parseVipLabel(text)
        assert.ok(read.kind !== 'dropped')
        assert.equal(vipLabelText(read), text)
      }),
    )
  })
})

describe('a label key', () => {
  for (const key of [
    'VIP_0',
    'VIP_17',
    'VIP',
    'vip',
    'vip_0',
    'VIP0',
    'VIPER',
    'VIP_a-b',
    'VIP_1d0f4b1e-0c7e-4a6b-9d0a-0a3f8d7c6b5a',
  ])
    it(`${key} is read`, () => assert.equal(isVipKey(key), true))

  for (const key of ['Vip_0', 'vIP_0', 'MY_VIP_0', 'xvip', ' VIP_0', 'VI', ''])
    it(`${JSON.stringify(key)} is not read`, () => assert.equal(isVipKey(key), false))
})
