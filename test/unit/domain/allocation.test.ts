import assert from 'node:assert/strict'
import fc from 'fast-check'
import { AddressPool, type Family, firstAddress } from '../../../src/domain/allocation.js'
import { ipv4Number } from '../../../src/domain/ip.js'
import { phash2, phash2Raw } from '../../../src/domain/phash2.js'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const ascii = (text: string) => Buffer.from(text)

/** Values of Erlang/OTP 25: bytes, all 32 bits, 27 bits, address with R = 16777215 and with R = 16777214. */
const HASHES: [bytes: Buffer, raw: number, bits27: number, address: string, shorter: string][] = [
  [ascii(''), 147926629, 13708901, '11.209.46.109', '11.209.46.117'],
  [ascii('a'), 1589197455, 112802447, '11.185.58.237', '11.185.59.75'],
  [ascii('abc'), 1306188027, 98228475, '11.218.217.72', '11.218.217.149'],
  [ascii('0123456789ab'), 3739239162, 115360506, '11.224.67.216', '11.224.68.182'],
  [ascii('0123456789abc'), 873230043, 67923675, '11.12.111.15', '11.12.111.67'],
  [ascii('0123456789abcdefghijklmn'), 4040451358, 13919518, '11.212.102.14', '11.212.102.254'],
  [ascii('foo.marathon'), 3561024917, 71363989, '11.64.238.105', '11.64.239.61'],
  [ascii('groupmy-app.marathon'), 1737618898, 127006162, '11.145.246.57', '11.145.246.160'],
  [ascii('api.storefront.marathon'), 713316586, 42227946, '11.132.89.20', '11.132.89.62'],
  [ascii('broker.my-kafka'), 1885555572, 6507380, '11.99.75.228', '11.99.76.84'],
  [hex('ff 00 80'), 1144481177, 70739353, '11.55.101.221', '11.55.102.33'],
  [hex('63 61 66 c3 a9'), 3047474388, 94684372, '11.164.197.137', '11.164.198.62'],
]

const INSTALLED = { min: '11.0.0.0', max: '11.255.255.255' }
const UNCONFIGURED = { min: '11.0.0.0', max: '11.255.255.254' }
/** R = 254, the range of dcos-net's own tests. */
const NARROW = { min: '11.0.0.0', max: '11.0.0.254' }

/** Label and framework that give a dotted name. */
function owner(name: string): [label: string, framework: string] {
  const dot = name.lastIndexOf('.')
  return [name.slice(0, dot), name.slice(dot + 1)]
}

describe('phash2', () => {
  for (const [bytes, raw, bits27, address, shorter] of HASHES) {
    it(`of '${bytes.toString('latin1')}' is Erlang's`, () => {
      assert.equal(phash2Raw(bytes), raw)
      assert.equal(phash2Raw(bytes) & 0x7ffffff, bits27)
      const base = ipv4Number('11.0.0.0')
      assert.equal(base + phash2(bytes, 16777215), ipv4Number(address))
      assert.equal(base + phash2(bytes, 16777214), ipv4Number(shorter))
      assert.equal(phash2(bytes, 1), 0)
      assert.equal(phash2(bytes, 2 ** 32), raw)
    })
  }

  it('stays below its range', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        (bytes, range) => {
          const hash = phash2(bytes, range)
          assert.ok(Number.isInteger(hash) && hash >= 0 && hash < range)
        },
      ),
    )
  })
})

describe('the address of a name', () => {
  const dotted = HASHES.filter(([bytes]) => bytes.includes('.')).map(
    ([bytes, , , address, shorter]) => [bytes.toString(), address, shorter] as const,
  )
  for (const [name, address, shorter] of dotted)
    it(`${name} is ${address}, in the pool of an unconfigured load balancer ${shorter}`, () => {
      assert.equal(firstAddress(name), address)
      assert.equal(new AddressPool().allocate(...owner(name)), address)
      assert.equal(new AddressPool(4, INSTALLED).allocate(...owner(name)), address)
      assert.equal(new AddressPool(4, UNCONFIGURED).allocate(...owner(name)), shorter)
    })

  it('in a pool of 255 addresses is that of dcos-net', () => {
    const pool = new AddressPool(4, NARROW)
    assert.equal(pool.allocate('foo', 'bar'), '11.0.0.37')
    assert.equal(pool.allocate('baz', 'qux'), '11.0.0.39')
  })

  it('near the upper end of the pool is counted right', () => {
    assert.equal(firstAddress('t1238113.marathon'), '11.255.255.253')
  })

  const v6: [name: string, address: string][] = [
    ['qux.ipv6', 'fd01:c::6d6d:9c64:fd19:f251'],
    ['foo.marathon', 'fd01:c::71d:4de:6197:4a34'],
    ['broker.my-kafka', 'fd01:c::a9ea:e228:6e32:c22b'],
  ]
  for (const [name, address] of v6)
    it(`${name} in IPv6 is ${address}`, () => {
      assert.equal(firstAddress(name, 6), address)
      assert.equal(new AddressPool(6).allocate(...owner(name)), address)
    })
})

describe('names that want the same address', () => {
  it('get neighbouring ones, first come first served', () => {
    for (const [first, second] of [
      ['app-257', 'app-4896'],
      ['app-4896', 'app-257'],
    ] as const) {
      const pool = new AddressPool()
      assert.equal(pool.allocate(first, 'marathon'), '11.3.204.216')
      assert.equal(pool.allocate(second, 'marathon'), '11.3.204.217')
    }
  })

  const spellings: [owners: [label: string, framework: string][], addresses: string[]][] = [
    [
      [
        ['/foo', 'marathon'],
        ['foo', 'marathon'],
      ],
      ['11.64.238.105', '11.64.238.106'],
    ],
    [
      [
        ['a-b', 'marathon'],
        ['a_b', 'marathon'],
        ['A_B', 'marathon'],
      ],
      ['11.48.135.93', '11.48.135.94', '11.48.135.95'],
    ],
    [
      [
        ['a', 'b.c'],
        ['a.b', 'c'],
      ],
      ['11.103.178.78', '11.103.178.79'],
    ],
  ]
  for (const [owners, addresses] of spellings)
    it(`${owners.map((pair) => pair.join(' of ')).join(', ')} are two spellings of one name`, () => {
      const pool = new AddressPool()
      assert.deepEqual(
        owners.map((pair) => pool.allocate(...pair)),
        addresses,
      )
      assert.deepEqual(
        [...pool.entries()],
        owners.map(([label, framework], i) => ({ label, framework, address: addresses[i] })),
      )
    })

  it('go on at the lower end of the pool', () => {
    const bounds = { min: '11.0.0.0', max: '11.0.0.3' }
    const start = (label: string) => new AddressPool(4, bounds).allocate(label, 'marathon')
    const last = Array.from('abcdefghij').find((label) => start(label) === '11.0.0.2')!
    const pool = new AddressPool(4, bounds)
    assert.deepEqual(
      [last, `/${last}`, last.toUpperCase()].map((label) => pool.allocate(label, 'marathon')),
      ['11.0.0.2', '11.0.0.3', '11.0.0.0'],
    )
  })
})

describe('a pool of addresses', () => {
  const label = fc.string({ unit: fc.constantFrom(...'abAB-_/.'), maxLength: 4 })
  const owners = fc.uniqueArray(fc.tuple(label, fc.constantFrom('marathon', 'kafka', 'a.b')), {
    selector: (pair) => pair.join('\n'),
    maxLength: 40,
  })
  const family = fc.constantFrom<Family>(4, 6)
  const poolOf = (kind: Family, range: number) =>
    new AddressPool(
      kind,
      kind === 4
        ? { min: '11.0.0.0', max: `11.0.0.${range}` }
        : { min: 'fd01:c::', max: `fd01:c::${range.toString(16)}` },
    )

  it('gives no address twice and a label always the same', () => {
    fc.assert(
      fc.property(owners, family, (pairs, kind) => {
        const pool = poolOf(kind, 60)
        const given = pairs.map((pair) => pool.allocate(...pair))
        assert.equal(new Set(given).size, pairs.length)
        assert.deepEqual(
          pairs.map((pair) => pool.allocate(...pair)),
          given,
        )
        assert.deepEqual(
          pairs.map((pair) => pool.find(...pair)),
          given,
        )
      }),
    )
  })

  it('gives a released address out again', () => {
    fc.assert(
      fc.property(owners, family, fc.nat(), (pairs, kind, which) => {
        fc.pre(pairs.length > 0)
        const pool = poolOf(kind, 60)
        for (const pair of pairs) pool.allocate(...pair)
        const gone = pairs[which % pairs.length]!
        const address = pool.find(...gone)
        pool.release(...gone)
        pool.release(...gone)
        assert.equal(pool.find(...gone), undefined)
        assert.equal([...pool.entries()].length, pairs.length - 1)
        const next = pool.allocate(...gone)
        assert.ok(next === address || ![...pool.entries()].some((entry) => entry.address === address))
        assert.equal(new Set([...pool.entries()].map((entry) => entry.address)).size, pairs.length)
      }),
    )
  })

  it('is asked as often as it has addresses but one, and then gives up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), family, (range, kind) => {
        const pool = poolOf(kind, range)
        const given = new Set<string>()
        const fill = () => {
          for (let i = 0; i < 10 * range + 10; i++) given.add(pool.allocate(`app-${i}`, 'marathon'))
        }
        assert.throws(fill, RangeError)
        // A search leaves out the address right before its start, so the last one can stay free.
        assert.ok(given.size === range || given.size === range + 1, `${given.size} of ${range + 1}`)
        const full = [...pool.entries()][0]!
        assert.equal(pool.allocate(full.label, full.framework), full.address)
        pool.release(full.label, full.framework)
        assert.equal(pool.allocate(full.label, full.framework) !== undefined, true)
      }),
    )
  })

  it('leaves out the address before the one that a name starts with', () => {
    // R = 1: every search starts at the first address and tries that one only.
    const pool = new AddressPool(4, { min: '11.0.0.0', max: '11.0.0.1' })
    assert.equal(pool.allocate('a', 'marathon'), '11.0.0.0')
    assert.throws(
      () => pool.allocate('b', 'marathon'),
      (error: unknown) => error instanceof RangeError && /11\.0\.0\.0 and 11\.0\.0\.1/.test(error.message),
    )
  })

  it('does not care about the order of names that want different addresses', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { minLength: 2, maxLength: 20 })
    fc.assert(
      fc.property(names, family, fc.infiniteStream(fc.nat()), (labels, kind, dice) => {
        const wanted = new Set(labels.map((name) => firstAddress(`${name}.marathon`, kind)))
        fc.pre(wanted.size === labels.length)
        const shuffled = labels
          .map((name) => ({ name, at: dice.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ name }) => name)
        const [one, other] = [new AddressPool(kind), new AddressPool(kind)]
        for (const name of labels) one.allocate(name, 'marathon')
        for (const name of shuffled) other.allocate(name, 'marathon')
        for (const name of labels) assert.equal(one.find(name, 'marathon'), other.find(name, 'marathon'))
      }),
    )
  })

  it('keeps what it takes over', () => {
    const pool = new AddressPool()
    pool.adopt('/bar', 'marathon', '11.64.238.105')
    assert.equal(pool.allocate('/bar', 'marathon'), '11.64.238.105')
    assert.equal(pool.allocate('/foo', 'marathon'), '11.64.238.106')
  })
})
