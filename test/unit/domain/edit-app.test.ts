import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { AppPort, PortedApp } from '../../../src/domain/app-ports.js'
import { effectiveList } from '../../../src/domain/app-ports.js'
import { declaredVips } from '../../../src/domain/declared-vips.js'
import { addVips, removeVips } from '../../../src/domain/edit-app.js'
import { type Publish, parsePublish } from '../../../src/domain/publish.js'
import type { VipKey } from '../../../src/domain/vip.js'
import { vipKeyText } from '../../../src/domain/vip-table.js'

const onHost = (...portDefinitions: AppPort[]): PortedApp => ({
  id: '/x',
  networks: [{ mode: 'host' }],
  portDefinitions,
})
const onBridge = (...portMappings: AppPort[]): PortedApp => ({
  id: '/x',
  networks: [{ mode: 'container/bridge' }],
  container: { type: 'DOCKER', docker: { network: 'BRIDGE' }, portMappings },
})
const key = (label: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): VipKey => ({
  kind: 'named',
  protocol,
  label,
  framework: 'marathon',
  port,
})

/** The ports after `-p` of these, on top of an app. */
function portsWith(app: PortedApp, ...publish: string[]): AppPort[] {
  return effectiveList({ ...app, ...addVips(app, '/v', publish.map(parsePublish)) }).ports
}

describe('a VIP that is added to an app', () => {
  const other = { port: 9000, labels: { VIP_0: '/other:1' } }
  const cases: [what: string, app: PortedApp, publish: string[], ports: AppPort[]][] = [
    [
      'goes to the port of its name',
      onHost({ port: 1, name: 'a' }, { port: 2, name: 'b', protocol: 'udp' }),
      ['80:1/udp,name=b'],
      [
        { port: 1, name: 'a' },
        { port: 2, name: 'b', protocol: 'udp', labels: { VIP_1: '/v:80' } },
      ],
    ],
    [
      'goes to the port of its name rather than to one of its number',
      onHost({ port: 8080 }, { port: 2, name: 'b' }),
      ['80:8080,name=b'],
      [{ port: 8080 }, { port: 2, name: 'b', labels: { VIP_1: '/v:80' } }],
    ],
    [
      'does not go to a port of its name that lacks its protocol',
      onHost({ port: 53, name: 'dns' }),
      ['53:53/udp,name=dns'],
      [
        { port: 53, name: 'dns' },
        { port: 53, protocol: 'udp', name: 'dns', labels: { VIP_1: '/v:53' } },
      ],
    ],
    [
      'goes to the port of its number',
      onHost({ port: 1 }, { port: 8080, labels: { team: 'x' } }),
      ['80:8080'],
      [{ port: 1 }, { port: 8080, labels: { team: 'x', VIP_1: '/v:80' } }],
    ],
    [
      'does not go to a port of another name',
      onHost({ port: 8080, name: 'a' }),
      ['80:8080,name=b'],
      [
        { port: 8080, name: 'a' },
        { port: 8080, protocol: 'tcp', name: 'b', labels: { VIP_1: '/v:80' } },
      ],
    ],
    [
      'does not go to a port of another protocol',
      onHost({ port: 53, protocol: 'udp' }),
      ['53:53'],
      [
        { port: 53, protocol: 'udp' },
        { port: 53, protocol: 'tcp', labels: { VIP_1: '/v:53' } },
      ],
    ],
    [
      'goes to a port that carries its protocols and more',
      onHost({ port: 53, protocol: 'udp,tcp' }),
      ['53:53/udp'],
      [{ port: 53, protocol: 'udp,tcp', labels: { VIP_0: '/v:53' } }],
    ],
    [
      'goes to the first port without one when the cluster assigns ports',
      onHost(other, { port: 10001 }, { port: 10002 }),
      ['80:0', '81:0'],
      [other, { port: 10001, labels: { VIP_1: '/v:80' } }, { port: 10002, labels: { VIP_2: '/v:81' } }],
    ],
    [
      'gets a port of its own where none is left',
      onHost(other),
      ['80:0'],
      [other, { port: 0, protocol: 'tcp', labels: { VIP_1: '/v:80' } }],
    ],
    [
      'has no host port of its own on host networking',
      onHost(),
      ['80:8080,host-port=31080'],
      [{ port: 8080, protocol: 'tcp', labels: { VIP_0: '/v:80' } }],
    ],
    [
      'takes a key that is free',
      onHost({ port: 8080, labels: { VIP_0: '/a:1', VIP_1: '/a:2', vip: '/a:3' } }),
      ['80:8080'],
      [{ port: 8080, labels: { VIP_0: '/a:1', VIP_1: '/a:2', vip: '/a:3', VIP_2: '/v:80' } }],
    ],
    [
      'finds a mapping by its container port',
      onBridge({ containerPort: 8080, hostPort: 0, labels: null }),
      ['80:8080'],
      [{ containerPort: 8080, hostPort: 0, labels: { VIP_0: '/v:80' } }],
    ],
    [
      'gets a mapping with a host port behind a bridge',
      onBridge(),
      ['80:8080,name=http', '81:8081,host-port=31081'],
      [
        { containerPort: 8080, hostPort: 0, protocol: 'tcp', name: 'http', labels: { VIP_0: '/v:80' } },
        { containerPort: 8081, hostPort: 31081, protocol: 'tcp', labels: { VIP_1: '/v:81' } },
      ],
    ],
    [
      'gets one without on a virtual network',
      { id: '/x', networks: [{ mode: 'container', name: 'dcos' }] },
      ['80:8080'],
      [{ containerPort: 8080, protocol: 'tcp', labels: { VIP_0: '/v:80' } }],
    ],
    [
      'stays in the list of docker',
      { id: '/x', container: { docker: { network: 'BRIDGE', portMappings: [{ containerPort: 8080 }] } } },
      ['80:8080', '81:8081'],
      [
        { containerPort: 8080, labels: { VIP_0: '/v:80' } },
        { containerPort: 8081, hostPort: 0, protocol: 'tcp', labels: { VIP_1: '/v:81' } },
      ],
    ],
    [
      'stays in the list of the address per task',
      { id: '/x', ipAddress: { networkName: 'dcos', discovery: { ports: [{ number: 8080, name: 'a' }] } } },
      ['80:8080', '81:8081'],
      [
        { number: 8080, name: 'a', labels: { VIP_0: '/v:80' } },
        { number: 8081, protocol: 'tcp', labels: { VIP_1: '/v:81' } },
      ],
    ],
  ]
  for (const [what, app, publish, ports] of cases)
    it(what, () => assert.deepEqual(portsWith(app, ...publish), ports))

  it('brings a container that needs no image where the app has none', () => {
    const bare: PortedApp = { id: '/x', networks: [{ mode: 'container/bridge' }] }
    assert.equal(addVips(bare, '/v', [parsePublish('80:80')]).container?.type, 'MESOS')
    assert.equal(addVips(onBridge(), '/v', [parsePublish('80:80')]).container?.type, 'DOCKER')
  })
})

describe('a VIP that is removed from an app', () => {
  it('loses every label that gives it, and nothing else goes', () => {
    const app = onHost(
      { port: 1, name: 'a', labels: { VIP_0: '/v:80', VIP_1: '/v:81', team: '/v:80' } },
      { port: 2, labels: { vip_x: '/v:080' } },
      { port: 3, protocol: 'udp', labels: { VIP_0: '/v:80' } },
      { port: 4, labels: { VIP_0: 'v:80', VIP_1: 'bad' } },
    )
    assert.deepEqual(removeVips(app, [key('/v', 80)]), {
      portDefinitions: [
        { port: 1, name: 'a', labels: { VIP_1: '/v:81', team: '/v:80' } },
        { port: 2, labels: {} },
        { port: 3, protocol: 'udp', labels: { VIP_0: '/v:80' } },
        { port: 4, labels: { VIP_0: 'v:80', VIP_1: 'bad' } },
      ],
    })
  })

  it('goes for both protocols of a port, since they share the label', () => {
    const app = onBridge({ containerPort: 53, protocol: 'udp,tcp', labels: { VIP_0: '/v:53' } })
    const edit = removeVips(app, [key('/v', 53, 'udp')])
    assert.deepEqual(declaredVips({ ...app, ...edit }), [])
  })
})

describe('an edit of an app', () => {
  const value = fc.constantFrom('/a:80', '/v:80', '/v:81', '10.1.2.3:80', 'bad')
  const labels = fc.option(
    fc.dictionary(fc.constantFrom('VIP_0', 'VIP_1', 'vip', 'team'), value, { noNullPrototype: true }),
    {
      nil: null,
    },
  )
  const optional = { requiredKeys: [], noNullPrototype: true } satisfies fc.RecordConstraints<string>
  const anyPort: fc.Arbitrary<AppPort> = fc.record(
    {
      port: fc.constantFrom(0, 8080, 9000),
      containerPort: fc.constantFrom(0, 8080, 9000),
      hostPort: fc.constantFrom(0, null),
      number: fc.constantFrom(0, 8080),
      protocol: fc.constantFrom('tcp', 'udp', 'udp,tcp'),
      name: fc.constantFrom('a', 'b'),
      labels,
    },
    optional,
  )
  const ports = fc.array(anyPort, { maxLength: 4 })
  const app: fc.Arbitrary<PortedApp> = fc
    .record(
      {
        networks: fc.constantFrom(
          [],
          [{ mode: 'host' }],
          [{ mode: 'container/bridge' }],
          [{ mode: 'container', name: 'dcos' }],
        ),
        portDefinitions: ports,
        container: fc.record(
          {
            type: fc.constantFrom('MESOS', 'DOCKER'),
            portMappings: ports,
            docker: fc.record(
              { image: fc.constant('x'), network: fc.constantFrom('BRIDGE', 'USER'), portMappings: ports },
              optional,
            ),
            volumes: fc.constant([{ containerPath: 'data' }]),
          },
          optional,
        ),
        ipAddress: fc.record(
          { groups: fc.constant(['g']), discovery: fc.record({ ports, more: fc.constant(1) }, optional) },
          optional,
        ),
        cmd: fc.constant('run'),
        env: fc.constant({ A: '1' }),
      },
      optional,
    )
    .map((parts) => ({ id: '/x', ...parts }) as PortedApp)
  const publish: fc.Arbitrary<Publish> = fc.record(
    {
      vipPort: fc.constantFrom(80, 81, 82),
      containerPort: fc.constantFrom(0, 8080, 7000),
      protocols: fc.constantFrom<Publish['protocols']>(['tcp'], ['udp'], ['udp', 'tcp']),
      name: fc.constantFrom('a', 'c'),
      hostPort: fc.constant(31000),
    },
    { requiredKeys: ['vipPort', 'containerPort', 'protocols'], noNullPrototype: true },
  )
  const wishes = fc.array(publish, { minLength: 1, maxLength: 4 })

  const keysOf = (one: PortedApp) => declaredVips(one).map(({ key: vip }) => vip)
  const texts = (keys: VipKey[]) => new Set(keys.map(vipKeyText))

  /** The app with the list that counts taken out, wherever it stands. */
  const frame = (one: PortedApp) => {
    const { place } = effectiveList(one)
    const copy = structuredClone(one)
    if (place === '/portDefinitions') delete copy.portDefinitions
    else if (place === '/container/portMappings') delete copy.container?.portMappings
    else if (place === '/container/docker/portMappings') delete copy.container?.docker?.portMappings
    else delete copy.ipAddress?.discovery?.ports
    return copy
  }

  it('declares what was asked for, and what was there', () => {
    fc.assert(
      fc.property(app, wishes, (given, asked) => {
        const after = texts(keysOf({ ...given, ...addVips(given, '/v', asked) }))
        for (const wish of asked)
          for (const protocol of wish.protocols)
            assert.ok(after.has(vipKeyText(key('/v', wish.vipPort, protocol))))
        for (const old of texts(keysOf(given))) assert.ok(after.has(old))
      }),
    )
  })

  it('leaves everything but labels as it is', () => {
    const bare = ({ labels: _, ...port }: AppPort) => port
    fc.assert(
      fc.property(app, wishes, (given, asked) => {
        const before = structuredClone(given)
        const added = { ...given, ...addVips(given, '/v', asked) }
        const removed = { ...given, ...removeVips(given, keysOf(given)) }
        assert.deepEqual(given, before, 'the given app is not touched')
        const old = effectiveList(given)
        for (const edited of [added, removed]) {
          assert.equal(effectiveList(edited).place, old.place)
          assert.deepEqual(frame(edited), { ...frame(given), ...containerOf(edited, given) })
          const now = effectiveList(edited).ports
          assert.deepEqual(now.slice(0, old.ports.length).map(bare), old.ports.map(bare))
        }
        assert.equal(effectiveList(removed).ports.length, old.ports.length)
        for (const [i, { labels: kept }] of effectiveList(added).ports.entries())
          for (const [name, text] of Object.entries(old.ports[i]?.labels ?? {}))
            assert.equal(kept?.[name], text)
        for (const [i, { labels: kept }] of effectiveList(removed).ports.entries())
          for (const [name, text] of Object.entries(old.ports[i]?.labels ?? {}))
            if (text === 'bad' || name === 'team') assert.equal(kept?.[name], text)
      }),
    )
  })

  it('is undone by removing what it added', () => {
    fc.assert(
      fc.property(app, wishes, (given, asked) => {
        const before = texts(keysOf(given))
        const added = { ...given, ...addVips(given, '/v', asked) }
        const news = keysOf(added).filter((vip) => !before.has(vipKeyText(vip)))
        const undone = { ...added, ...removeVips(added, news) }
        assert.deepEqual(texts(keysOf(undone)), before)
      }),
    )
  })

  it('removes all of a VIP', () => {
    fc.assert(
      fc.property(app, (given) => {
        assert.deepEqual(keysOf({ ...given, ...removeVips(given, keysOf(given)) }), [])
      }),
    )
  })

  /** The container that an app without one gets. */
  function containerOf(edited: PortedApp, given: PortedApp): Partial<PortedApp> {
    return given.container === undefined && edited.container !== undefined
      ? { container: { type: 'MESOS' } }
      : {}
  }
})
