import assert from 'node:assert/strict'
import {
  effectiveList,
  effectivePorts,
  type NetworkMode,
  networkMode,
  type PortedApp,
  protocolsOf,
  vipLabelsOf,
} from '../../../src/domain/app-ports.js'
import { declaredVips } from '../../../src/domain/declared-vips.js'
import { addressOf } from '../../../src/domain/vip-address.js'

type Parts = Omit<PortedApp, 'id'>

const a = (port: number) => ({ port, name: 'a' })

describe('the network mode of an app', () => {
  const cases: [app: Parts, mode: NetworkMode][] = [
    [{}, 'host'],
    [{ networks: [] }, 'host'],
    [{ networks: [{ mode: 'host' }] }, 'host'],
    [{ networks: [{ mode: 'HOST' }] }, 'host'],
    [{ networks: [{ mode: 'container/bridge' }] }, 'container/bridge'],
    [{ networks: [{ mode: 'container', name: 'dcos' }] }, 'container'],
    [{ networks: [{ name: 'dcos' }] }, 'container'],
    [{ networks: [], container: { docker: { network: 'HOST' } } }, 'host'],
    [{ container: { docker: { network: 'BRIDGE' } } }, 'container/bridge'],
    [{ container: { docker: { network: 'bridge' } } }, 'container/bridge'],
    [{ container: { docker: { network: 'USER' } } }, 'container'],
    [{ container: { docker: { network: 'USER' } }, ipAddress: { networkName: 'dcos' } }, 'container'],
    [{ ipAddress: {} }, 'container'],
    [{ ipAddress: null, container: null }, 'host'],
    [{ container: { docker: null } }, 'host'],
  ]
  for (const [app, mode] of cases)
    it(`of ${JSON.stringify(app)} is ${mode}`, () => assert.equal(networkMode({ id: '/x', ...app }), mode))
})

describe('the ports that count', () => {
  const bridge: Parts = { networks: [{ mode: 'container/bridge' }] }
  const user: Parts = { networks: [{ mode: 'container', name: 'dcos' }] }
  const cases: [what: string, app: Parts, paths: string[]][] = [
    ['host: definitions', { portDefinitions: [a(0), a(1)] }, ['/portDefinitions(0)', '/portDefinitions(1)']],
    ['host: no mappings', { container: { portMappings: [a(0)] } }, []],
    ['host: nothing said', { portDefinitions: null, ports: [80] }, []],
    [
      'bridge: mappings, no definitions',
      { ...bridge, portDefinitions: [a(0)], container: { portMappings: [a(1)] } },
      ['/container/portMappings(0)'],
    ],
    [
      'virtual network: mappings',
      { ...user, container: { portMappings: [a(1)] } },
      ['/container/portMappings(0)'],
    ],
    [
      'old bridge: mappings of docker',
      { container: { docker: { network: 'BRIDGE', portMappings: [a(1)] } } },
      ['/container/docker/portMappings(0)'],
    ],
    [
      'mappings of docker before those of the container',
      { ...bridge, container: { portMappings: [a(1)], docker: { portMappings: [a(2)] } } },
      ['/container/docker/portMappings(0)'],
    ],
    [
      'unless there are none',
      { ...bridge, container: { portMappings: [a(1)], docker: { portMappings: [] } } },
      ['/container/portMappings(0)'],
    ],
    [
      'address per task: its discovery ports',
      { ipAddress: { discovery: { ports: [a(1)] } } },
      ['/ipAddress/discovery/ports(0)'],
    ],
    [
      'which mappings outdo',
      { ipAddress: { discovery: { ports: [a(1)] } }, container: { portMappings: [a(2), a(3)] } },
      ['/container/portMappings(0)', '/container/portMappings(1)'],
    ],
    ['container without ports', bridge, []],
  ]
  for (const [what, app, paths] of cases)
    it(what, () => {
      const ports = effectivePorts({ id: '/x', ...app })
      assert.deepEqual(
        ports.map(({ path }) => path),
        paths,
      )
      assert.deepEqual(
        ports.map(({ port }) => port),
        effectiveList({ id: '/x', ...app }).ports,
      )
    })
})

describe('a port', () => {
  it('has the protocols it names, tcp when it names none', () => {
    assert.deepEqual(protocolsOf({}), ['tcp'])
    assert.deepEqual(protocolsOf({ protocol: 'TCP' }), ['tcp'])
    assert.deepEqual(protocolsOf({ protocol: 'udp' }), ['udp'])
    assert.deepEqual(protocolsOf({ protocol: 'udp,tcp' }), ['udp', 'tcp'])
    assert.deepEqual(protocolsOf({ protocol: 'tcp,udp' }), ['udp', 'tcp'])
    assert.deepEqual(protocolsOf({ protocol: 'sctp' }), [])
  })

  it('has its VIP labels in order', () => {
    assert.deepEqual(vipLabelsOf({ labels: { VIP_1: 'b', other: 'x', vip: 'a', Vip_2: 'c' } }), [
      ['VIP_1', 'b'],
      ['vip', 'a'],
    ])
    assert.deepEqual(vipLabelsOf({ labels: null }), [])
    assert.deepEqual(vipLabelsOf({}), [])
  })
})

describe('the VIPs that an app declares', () => {
  const declared = (app: Parts, framework?: string) =>
    declaredVips({ id: '/x', ...app }, framework).map(
      ({ key, app: id, place, labelKey }) =>
        `${addressOf(key)}/${key.protocol} ${id}${place.path} ${labelKey}`,
    )

  it('are those that the cluster reads, one a protocol', () => {
    const labels = { VIP_0: '/x:80', VIP_1: 'bad', other: '/x:81', vip_ip: '10.1.2.3:82' }
    assert.deepEqual(declared({ portDefinitions: [{ port: 0 }, { port: 0, protocol: 'udp,tcp', labels }] }), [
      'x.marathon.l4lb.thisdcos.directory:80/udp /x/portDefinitions(1) VIP_0',
      'x.marathon.l4lb.thisdcos.directory:80/tcp /x/portDefinitions(1) VIP_0',
      '10.1.2.3:82/udp /x/portDefinitions(1) vip_ip',
      '10.1.2.3:82/tcp /x/portDefinitions(1) vip_ip',
    ])
  })

  it('are not in a list that the network mode ignores, nor among the labels of the app', () => {
    const labels = { VIP_0: '/x:80' }
    assert.deepEqual(declared({ container: { portMappings: [{ labels }] } }), [])
    assert.deepEqual(declared({ ...{ labels }, portDefinitions: [{}] }), [])
    assert.deepEqual(
      declared({ networks: [{ mode: 'container/bridge' }], portDefinitions: [{ labels }] }),
      [],
    )
  })

  it('belong to the framework that runs the app', () => {
    assert.deepEqual(declared({ portDefinitions: [{ labels: { VIP_0: '/x:80' } }] }, 'marathon-user'), [
      'x.marathon-user.l4lb.thisdcos.directory:80/tcp /x/portDefinitions(0) VIP_0',
    ])
  })
})
