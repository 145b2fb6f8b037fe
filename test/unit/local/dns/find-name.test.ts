import assert from 'node:assert/strict'
import { findName } from '../../../../src/local/parts/dns/find-name.js'
import type { ZoneRecords } from '../../../../src/local/parts/dns/zone-records.js'

const cluster = { address: '127.0.0.1', clusterId: 'yqoixutm7xj8' }
const records: ZoneRecords = {
  vips: new Map([['shop.marathon.l4lb.thisdcos.directory', { a: ['11.1.2.3'], aaaa: ['fd01:c::1'] }]]),
  tasks: new Map([
    ['shop.marathon.autoip.dcos.thisdcos.directory', { a: ['9.0.0.2'], aaaa: [] }],
    ['shop.marathon.mesos', { a: ['127.0.0.1'], aaaa: [] }],
  ]),
}

const found: [name: string, address: string, ttl: number, zoneLabels: number][] = [
  ['shop.marathon.l4lb.thisdcos.directory', '11.1.2.3', 5, 3],
  ['shop.marathon.dclb.thisdcos.directory', '11.1.2.3', 5, 3],
  ['shop.marathon.l4lb.thisdcos.global', '11.1.2.3', 5, 3],
  ['shop.marathon.dclb.thisdcos.global', '11.1.2.3', 5, 3],
  ['shop.marathon.l4lb.yqoixutm7xj8.dcos.directory', '11.1.2.3', 5, 4],
  ['shop.marathon.autoip.dcos.thisdcos.directory', '9.0.0.2', 5, 3],
  ['shop.marathon.autoip.dcos.thisdcos.global', '9.0.0.2', 5, 3],
  ['leader.dcos.thisdcos.directory', '127.0.0.1', 5, 3],
  ['master.dcos.thisdcos.directory', '127.0.0.1', 5, 3],
  ['thisnode.thisdcos.directory', '127.0.0.1', 5, 2],
  ['public.thisnode.thisdcos.directory', '127.0.0.1', 5, 3],
  ['ready.spartan', '127.0.0.1', 5, 1],
  ['ns.spartan', '127.0.0.1', 5, 1],
  ['localhost', '127.0.0.1', 5, 1],
  ['leader.mesos', '127.0.0.1', 60, 1],
  ['master.mesos', '127.0.0.1', 60, 1],
  ['shop.marathon.mesos', '127.0.0.1', 60, 1],
  ['shop.marathon.mesos.thisdcos.directory', '127.0.0.1', 5, 3],
]

describe('findName', () => {
  for (const [name, address, ttl, labels] of found) {
    it(`finds ${name}`, () => {
      const result = findName(name, records, cluster)
      assert.deepEqual(result?.addresses?.a, [address])
      assert.equal(result?.ttl, ttl)
      // `thisnode` is both a name and its zone.
      assert.equal(result?.zoneLabels, name === 'thisnode.thisdcos.directory' ? 3 : labels)
    })
  }

  for (const name of [
    'marathon.l4lb.thisdcos.directory',
    'nothing.marathon.l4lb.thisdcos.directory',
    'shop.marathon.mesos.mesos',
    'other.spartan',
    'a.localhost',
  ]) {
    it(`knows that ${name} does not exist`, () => {
      assert.equal(findName(name, records, cluster)?.addresses, null)
    })
  }

  for (const name of ['l4lb.thisdcos.directory', 'dclb.thisdcos.global', 'mesos', 'spartan']) {
    it(`knows that ${name} is a zone without an address`, () => {
      assert.deepEqual(findName(name, records, cluster)?.addresses, { a: [], aaaa: [] })
      assert.equal(findName(name, records, cluster)?.apex, true)
    })
  }

  for (const name of [
    'example.com',
    '.',
    'thisdcos.directory',
    'thisdcos.global',
    'xl4lb.thisdcos.directory',
    'shop.marathon.other.thisdcos.directory',
    'shop.marathon.l4lb.otherid.dcos.directory',
    'zk-1.zk',
    'constructor.prototype',
  ]) {
    it(`is not responsible for ${name}`, () => {
      assert.equal(findName(name, records, cluster), null)
    })
  }

  it('treats names under dcos.directory as foreign without a cluster id', () => {
    const name = 'shop.marathon.l4lb.yqoixutm7xj8.dcos.directory'
    assert.equal(findName(name, records, { address: '127.0.0.1' }), null)
  })

  it('does not find inherited properties', () => {
    assert.equal(findName('constructor.spartan', records, cluster)?.addresses, null)
  })
})
