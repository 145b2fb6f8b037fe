import assert from 'node:assert/strict'
import {
  bindCandidates,
  bindProblem,
  bindReason,
  loopbackOf,
} from '../../../../src/local/parts/l4lb/bind-address.js'

describe('loopbackOf', () => {
  for (const [ip, loopback] of [
    ['11.64.238.105', '127.64.238.105'],
    ['127.9.8.7', '127.9.8.7'],
    ['10.0.0.5', '127.0.0.5'],
    ['198.51.100.1', '127.51.100.1'],
    ['::1', '::1'],
    ['fd01:c::9', 'fd01:c::9'],
    ['2001:db8::1', null],
    ['::ffff:1.2.3.4', null],
  ] as const) {
    it(`is ${loopback} for ${ip}`, () => assert.equal(loopbackOf(ip), loopback))
  }
})

describe('bindCandidates', () => {
  const candidates = (ip: string, port: number) =>
    bindCandidates({ ip, port }).map((at) => `${at.address} ${at.port}`)
  for (const [ip, port, expected] of [
    ['11.1.2.3', 80, ['127.1.2.3 80', '127.1.2.3 0', '127.0.0.1 0']],
    ['10.1.2.3', 5555, ['127.1.2.3 5555', '127.1.2.3 0', '127.0.0.1 0']],
    ['11.0.0.1', 5432, ['127.0.0.1 5432', '127.0.0.1 0']],
    ['11.255.255.255', 80, ['127.0.0.1 0']],
    ['11.0.0.0', 80, ['127.0.0.1 0']],
    ['fd01:c::1', 80, ['fd01:c::1 80']],
    ['2001:db8::1', 80, []],
    ['11.1.2.3', 65536, []],
  ] as [string, number, string[]][]) {
    it(`are ${expected.join(', ') || 'none'} for ${ip}:${port}`, () =>
      assert.deepEqual(candidates(ip, port), expected))
  }
})

describe('bindReason', () => {
  const at = (address: string, port: number) => ({ address, port })
  const vip = at('127.1.2.3', 80)
  for (const [ip, port, bound, refusal, reason] of [
    ['11.1.2.3', 80, vip, null, null],
    ['127.1.2.3', 80, vip, null, null],
    ['::1', 80, at('::1', 80), null, null],
    ['10.1.2.3', 80, vip, null, /does not own 10\.1\.2\.3.* at 127\.1\.2\.3\.$/],
    ['11.1.2.3', 80, at('127.1.2.3', 40000), 'EACCES', /Port 80 is reserved.* at 127\.1\.2\.3:40000\.$/],
    ['11.1.2.3', 80, at('127.1.2.3', 40000), 'EADDRINUSE', /Another program .*127\.1\.2\.3:80/],
    ['11.1.2.3', 80, at('127.0.0.1', 40000), 'EADDRNOTAVAIL', /no loopback address 127\.1\.2\.3/],
    ['11.1.2.3', 80, at('127.0.0.1', 40000), 'EPERM', /EPERM/],
    ['11.255.255.255', 80, at('127.0.0.1', 40000), null, /No program can be reached at 127\.255\.255\.255/],
  ] as [string, number, { address: string; port: number }, string | null, RegExp | null][]) {
    it(`explains ${ip}:${port} at ${bound.address}:${bound.port} after ${refusal}`, () => {
      const text = bindReason({ ip, port }, bound, refusal)
      if (reason === null) assert.equal(text, null)
      else assert.match(text ?? '', reason)
    })
  }
})

describe('bindProblem', () => {
  it('is one sentence for a port, a family and an address', () => {
    assert.match(bindProblem({ ip: '11.1.2.3', port: 70000 }, null), /Port 70000/)
    assert.match(bindProblem({ ip: 'fd01:c::1', port: 80 }, 'EADDRNOTAVAIL'), /IPv6 address fd01:c::1/)
    assert.match(bindProblem({ ip: '11.1.2.3', port: 80 }, 'EMFILE'), /11\.1\.2\.3:80 \(EMFILE\)/)
  })
})
