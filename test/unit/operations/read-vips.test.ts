import assert from 'node:assert/strict'
import type { VipSources } from '../../../src/operations/ports.js'
import { listVips, readAddress, showVip } from '../../../src/operations/read-vips.js'
import { resolveInCluster } from '../../../src/operations/resolve-names.js'
import { appWith, FakeCluster } from './fake-cluster.js'

const fail = async (): Promise<never> => {
  throw new Error('away')
}

function sources(changes: Partial<VipSources> = {}): VipSources {
  return { ...new FakeCluster([appWith('/a', '/a:80', '/a:81')]).sources, ...changes }
}

async function listed(changes: Partial<VipSources>): Promise<{ addresses: string[]; notes: string[] }> {
  const notes: string[] = []
  const reports = await listVips(sources(changes), { note: (text) => void notes.push(text) })
  return { addresses: reports.map(({ address }) => address.split('.')[0] + address.slice(-3)), notes }
}

describe('listing VIPs', () => {
  it('goes on without a source, and says so', async () => {
    const { addresses, notes } = await listed({ mesosState: fail })
    assert.deepEqual(addresses, ['a:80', 'a:81'])
    assert.deepEqual(notes, ['Warning: going on without Mesos: away'])
  })

  it('is silent about what a cluster does not have', async () => {
    assert.deepEqual((await listed({ mesosState: async () => null })).notes, [])
  })

  it('fails when nobody knows anything', async () => {
    await assert.rejects(listed({ listApps: fail, mesosState: fail, netVips: fail }), /away/)
    await assert.rejects(listed({ listApps: fail, mesosState: fail, netVips: async () => null }), /away/)
  })

  it('names the near ones when an address is not there', async () => {
    const show = (address: string) => showVip(address, readAddress(address), sources(), { note: () => {} })
    await assert.rejects(show('a:82'), {
      code: 'E_VIP_NOT_FOUND',
      next: ['That name has these: /a:80/tcp, /a:81/tcp.'],
    })
    await assert.rejects(show('a'), { code: 'E_AMBIGUOUS_ADDRESS' })
    assert.equal((await show('/a:80/tcp')).port, 80)
  })
})

describe('resolving names in a cluster', () => {
  const records = [
    { name: 'a.marathon.l4lb.thisdcos.directory', host: '11.0.0.1', rtype: 'A' },
    { name: 'a.marathon.l4lb.thisdcos.directory', host: '11.0.0.2', rtype: 'A' },
    { name: 'a.marathon.l4lb.thisdcos.directory', host: 'fd01:c::1', rtype: 'AAAA' },
    { name: 'b.marathon.l4lb.thisdcos.directory', host: '11.0.0.3', rtype: 'A' },
  ]
  const resolve = async (names: string[], family: 4 | 6) =>
    (await resolveInCluster(names, 'marathon', family, { records: async () => records })).map(({ ip }) => ip)

  it('answers in order, with the first address of the family', async () => {
    assert.deepEqual(await resolve(['/b', 'a:80', 'c'], 4), ['11.0.0.3', '11.0.0.1', null])
    assert.deepEqual(await resolve(['b', 'a'], 6), [null, 'fd01:c::1'])
    assert.deepEqual(await resolve([], 4), [])
  })

  it('fails when no name has an address, and when the cluster does not tell', async () => {
    await assert.rejects(resolve(['c'], 4), { code: 'E_NAME_NOT_FOUND' })
    await assert.rejects(resolve(['b'], 6), /no IPv6 address for b\./)
    const unknown = resolveInCluster(['a'], 'marathon', 4, { records: async () => null })
    await assert.rejects(unknown, { code: 'E_NO_RECORDS' })
  })
})
