import assert from 'node:assert/strict'
import { deleteVip, findDoomedVip } from '../../../src/operations/delete-vip.js'
import { readAddress } from '../../../src/operations/read-vips.js'
import { deletedVip, deletionText } from '../../../src/views/deletion.js'
import { appWith, FakeCluster } from './fake-cluster.js'

const ZONE = 'marathon.l4lb.thisdcos.directory'

const cluster = () =>
  new FakeCluster([
    appWith('/a', '/a:80', '/a:81'),
    appWith('/b', '/shared:80'),
    appWith('/c', '/shared:80', '/c:1'),
    appWith('/dns', { label: '/dns:53', protocol: 'udp,tcp' }),
    appWith('/two', { label: '/two:53', protocol: 'udp' }, { label: '/two:53', protocol: 'tcp' }),
    appWith('/s1', '/Spelled:80'),
    appWith('/s2', '/spelled:80'),
  ])

const find = (marathon: FakeCluster, address: string, withApp = false) =>
  findDoomedVip(address, readAddress(address), { marathon, sources: marathon.sources }, { withApp })

describe('deleting a VIP', () => {
  const found: [address: string, apps: string[], protocols: string[]][] = [
    ['a:80', ['/a'], ['tcp']],
    [`a.${ZONE}:81`, ['/a'], ['tcp']],
    ['shared', ['/b', '/c'], ['tcp']],
    ['dns:53', ['/dns'], ['tcp', 'udp']],
    ['two:53/udp', ['/two'], ['udp']],
    ['/Spelled:80', ['/s1'], ['tcp']],
    ['/spelled:80', ['/s2'], ['tcp']],
  ]
  for (const [address, apps, protocols] of found) {
    it(`finds ${address}`, async () => {
      const doomed = await find(cluster(), address)
      assert.deepEqual([doomed.apps.map(({ id }) => id), doomed.protocols], [apps, protocols])
    })
  }

  const refused: [address: string, code: string][] = [
    ['a', 'E_AMBIGUOUS_ADDRESS'],
    ['two:53', 'E_AMBIGUOUS_ADDRESS'],
    ['spelled:80', 'E_AMBIGUOUS_ADDRESS'],
    ['dns:53/udp', 'E_SHARED_LABEL'],
    ['nobody', 'E_VIP_NOT_FOUND'],
  ]
  for (const [address, code] of refused)
    it(`refuses ${address}`, () => assert.rejects(find(cluster(), address), { code }))

  it('may take both protocols when the app goes, too', async () => {
    const doomed = await find(cluster(), 'dns:53/udp', true)
    assert.deepEqual(doomed.others, [`dns.${ZONE}:53/tcp`])
    assert.equal(
      deletionText(doomed, true),
      `Deleting dns.${ZONE}:53/udp removes /dns and with it dns.${ZONE}:53/tcp.`,
    )
  })

  it('takes the label off every app that carries it, and leaves the others', async () => {
    const marathon = cluster()
    const doomed = await find(marathon, 'shared')
    const deleted = await deleteVip(doomed, marathon, { withApp: false, force: false, waiting: null })
    assert.deepEqual(marathon.calls, ['update /b', 'update /c'])
    const { portDefinitions } = marathon.bodies[1] as { portDefinitions: { labels: object }[] }
    assert.deepEqual(
      portDefinitions.map(({ labels }) => labels),
      [{}, { VIP_1: '/c:1' }],
    )
    assert.deepEqual(deleted, {
      address: `shared.${ZONE}:80`,
      apps: ['/b', '/c'],
      removedApps: false,
      deployments: ['d1', 'd2'],
    })
    assert.equal(deletedVip(deleted, doomed), `shared.${ZONE}:80 is gone from /b, /c.`)
  })

  it('removes the apps when that is wished', async () => {
    const marathon = cluster()
    const doomed = await find(marathon, 'shared', true)
    const deleted = await deleteVip(doomed, marathon, { withApp: true, force: false, waiting: null })
    assert.deepEqual(marathon.calls, ['delete /b', 'delete /c'])
    assert.equal(deletedVip(deleted, doomed), `shared.${ZONE}:80 is gone, and so is /b, /c.`)
  })
})
