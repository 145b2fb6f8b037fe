import assert from 'node:assert/strict'
import fc from 'fast-check'
import { hostPort, ipv4Number, ipv4Text, ipv6Number, ipv6Text, strictIp } from '../../../src/domain/ip.js'
import { ipVipProblem } from '../../../src/domain/ip-vip.js'

describe('addresses as numbers', () => {
  it('come back in canonical form', () => {
    const cases: [text: string, canonical: string][] = [
      ['::', '::'],
      ['::1', '::1'],
      ['1::', '1::'],
      ['FD01:000C::0009', 'fd01:c::9'],
      ['fd01:c:0:0:0:0:0:9', 'fd01:c::9'],
      ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
      ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
      ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
      ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
      ['0:0:0:0:0:FFFF:0102:0304', '::ffff:1.2.3.4'],
      ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ]
    for (const [text, canonical] of cases) assert.equal(ipv6Text(ipv6Number(text)), canonical, text)
  })

  it('keep their value through text', () => {
    fc.assert(fc.property(fc.nat(0xffffffff), (number) => assert.equal(ipv4Number(ipv4Text(number)), number)))
    const sparse = fc
      .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n))
    fc.assert(fc.property(sparse, (number) => assert.equal(ipv6Number(ipv6Text(number)), number)))
  })
})

describe('an IP literal', () => {
  it('is what the load balancer takes for one', () => {
    assert.equal(strictIp('1.2.3.4'), '1.2.3.4')
    assert.equal(strictIp('fe80::1%eth0'), 'fe80::1')
    for (const text of ['', '1.2.3', '01.2.3.4', '1.2.3.4%eth0', '[::1]', ':::', 'my-app', '1.2.3.4 '])
      assert.equal(strictIp(text), null, text)
  })

  it('has brackets before a port in IPv6 only', () => {
    assert.equal(hostPort('10.0.0.5', 80), '10.0.0.5:80')
    assert.equal(hostPort('fd01:c::9', 80), '[fd01:c::9]:80')
  })
})

describe('an IP VIP', () => {
  const refused: [ip: string, why: RegExp][] = [
    ['0.0.0.0', /no address/],
    ['0.255.255.255', /no address/],
    ['9.0.0.0', /virtual network/],
    ['9.255.255.255', /virtual network/],
    ['11.0.0.0', /pool of named VIPs/],
    ['11.255.255.255', /pool of named VIPs/],
    ['127.0.0.1', /loopback/],
    ['127.255.255.255', /loopback/],
    ['169.254.0.0', /link-local/],
    ['169.254.255.255', /link-local/],
    ['198.51.100.1', /name servers/],
    ['198.51.100.3', /name servers/],
    ['224.0.0.1', /multicast/],
    ['240.0.0.1', /reserved/],
    ['255.255.255.255', /broadcast/],
    ['::', /unspecified/],
    ['::1', /loopback/],
    ['fd01:c::', /pool of named IPv6 VIPs/],
    ['fd01:c::ffff:ffff:ffff:ffff', /pool of named IPv6 VIPs/],
    ['fe80::1', /link-local/],
    ['febf::1', /link-local/],
    ['ff02::1', /multicast/],
  ]
  for (const [ip, why] of refused)
    it(`${ip} is advised against`, () => assert.match(ipVipProblem(ip) ?? 'nothing', why))

  for (const ip of [
    '1.2.3.4',
    '8.255.255.255',
    '10.0.0.5',
    '10.255.255.255',
    '12.0.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '192.168.1.1',
    '198.51.100.0',
    '198.51.100.4',
    '223.255.255.255',
    '::2',
    'fd01:b:ffff:ffff:ffff:ffff:ffff:ffff',
    'fd01:c:0:1::',
    'fe7f::1',
    'fec0::1',
  ])
    it(`${ip} is fine`, () => assert.equal(ipVipProblem(ip), null))

  it('cannot be the address of a node', () => {
    assert.match(ipVipProblem('10.0.0.5', new Set(['10.0.0.5'])) ?? '', /node/)
    assert.equal(ipVipProblem('10.0.0.6', new Set(['10.0.0.5'])), null)
  })
})
