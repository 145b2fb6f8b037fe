import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { VipEntry, VipKey } from '../../../src/domain/vip.js'
import {
  backendWeight,
  buildVipTable,
  type DiscoveryPort,
  frontendOf,
  type VipTask,
  vipKeyText,
} from '../../../src/domain/vip-table.js'

type Labels = Record<string, string>

function port(number: number, labels: Labels, protocol?: string): DiscoveryPort {
  return { number, protocol: protocol ?? 'tcp', labels: Object.entries(labels) }
}

/** A task on host networking with one port, unless told otherwise. */
function task(changes: Partial<VipTask> = {}): VipTask {
  return {
    id: 'a.1',
    framework: 'marathon',
    app: '/a',
    state: 'TASK_RUNNING',
    healthy: null,
    hasHealthCheck: false,
    agentIp: '10.0.0.5',
    ips: ['10.0.0.5'],
    ports: [port(31000, { VIP_0: '/a:80' })],
    labels: [],
    hostPorts: [31000],
    ...changes,
  }
}

const named = (label: string, vipPort: number, protocol: 'tcp' | 'udp' = 'tcp', framework = 'marathon') =>
  ({ kind: 'named', protocol, label, framework, port: vipPort }) satisfies VipKey
const ipVip = (ip: string, vipPort: number, protocol: 'tcp' | 'udp' = 'tcp') =>
  ({ kind: 'ip', protocol, ip, port: vipPort }) satisfies VipKey

/** Keys, each with the places of its backends. */
function places(table: VipEntry[]): [VipKey, string[]][] {
  return table.map(({ key, backends }) => [key, backends.map(({ ip, port: at }) => `${ip}:${at}`)])
}

describe('the weight of a task', () => {
  const cases: [state: string, health: boolean | null, check: boolean, weight: 0 | 1 | null][] = [
    ['TASK_RUNNING', null, false, 1],
    ['TASK_RUNNING', null, true, 0],
    ['TASK_RUNNING', true, true, 1],
    ['TASK_RUNNING', true, false, 1],
    ['TASK_RUNNING', false, true, 0],
    ['TASK_RUNNING', false, false, 0],
    ['TASK_KILLING', null, false, 0],
    ['TASK_KILLING', true, true, 0],
    ...[
      'TASK_STAGING',
      'TASK_STARTING',
      'TASK_UNREACHABLE',
      'TASK_UNKNOWN',
      'TASK_FINISHED',
      'TASK_FAILED',
      'TASK_KILLED',
      'TASK_LOST',
      'TASK_ERROR',
      'TASK_DROPPED',
      'TASK_GONE',
      'TASK_GONE_BY_OPERATOR',
      'anything',
      '',
    ].map((state): [string, boolean, boolean, null] => [state, true, true, null]),
  ]
  for (const [state, healthy, hasHealthCheck, weight] of cases)
    it(`${state || 'no state'}, ${hasHealthCheck ? 'checked' : 'unchecked'}, healthy ${healthy}: ${weight}`, () => {
      assert.equal(backendWeight({ state, healthy, hasHealthCheck }), weight)
      const table = buildVipTable([task({ state, healthy, hasHealthCheck })])
      assert.deepEqual(
        table.map((entry) => entry.backends.map((backend) => backend.weight)),
        weight === null ? [] : [[weight]],
      )
    })
})

describe('the place of a backend', () => {
  const overlay = { agentIp: '10.0.0.5', ips: ['9.0.1.2', '9.0.1.3'] }
  const vip = { VIP_0: '/a:80' }
  const cases: [what: string, VipTask, string[]][] = [
    ['host networking: the agent', task(), ['10.0.0.5:31000']],
    ['no address known: the agent', task({ ips: [] }), ['10.0.0.5:31000']],
    [
      'a host port: the agent',
      task({ ...overlay, ports: [port(31000, { ...vip, 'network-scope': 'host' })] }),
      ['10.0.0.5:31000'],
    ],
    [
      'no host port: every address of the task',
      task({
        ...overlay,
        ports: [port(8080, { ...vip, 'network-scope': 'container', 'network-name': 'dcos' })],
      }),
      ['9.0.1.2:8080', '9.0.1.3:8080'],
    ],
    [
      'no scope: every address of the task',
      task({ ...overlay, ports: [port(8080, vip)] }),
      ['9.0.1.2:8080', '9.0.1.3:8080'],
    ],
    [
      'both families for a named VIP',
      task({ ips: ['9.0.1.2', 'fd01:b::2'], ports: [port(8080, vip)] }),
      ['9.0.1.2:8080', 'fd01:b::2:8080'],
    ],
    [
      'its own family for an IP VIP',
      task({ ips: ['9.0.1.2', 'fd01:b::2'], ports: [port(8080, { VIP_0: '1.2.3.4:80' })] }),
      ['9.0.1.2:8080'],
    ],
    [
      'its own family for an IPv6 VIP',
      task({ ips: ['9.0.1.2', 'fd01:b::2'], ports: [port(8080, { VIP_0: 'fd01:c::9:80' })] }),
      ['fd01:b::2:8080'],
    ],
    [
      'nowhere for an IPv6 VIP on an IPv4 host network',
      task({ ports: [port(31000, { VIP_0: 'fd01:c::9:80' })] }),
      [],
    ],
    [
      'nowhere either when Mesos names no address',
      task({ ips: [], ports: [port(31000, { VIP_0: 'fd01:c::9:80' })] }),
      [],
    ],
    [
      'the agent for a host port, whatever the family',
      task({ ports: [port(31000, { VIP_0: 'fd01:c::9:80', 'network-scope': 'host' })] }),
      ['10.0.0.5:31000'],
    ],
  ]
  for (const [what, given, backends] of cases)
    it(what, () => {
      const table = buildVipTable([given])
      assert.deepEqual(
        places(table).map(([, found]) => found),
        [backends],
      )
    })

  it('comes with what Mesos tells about the task', () => {
    const [entry] = buildVipTable([
      task({ id: 'kafka-1', framework: 'kafka', app: null, healthy: false, hasHealthCheck: true }),
    ])
    assert.deepEqual(entry, {
      key: named('/a', 80, 'tcp', 'kafka'),
      backends: [{ ip: '10.0.0.5', port: 31000, task: 'kafka-1', app: null, healthy: false, weight: 0 }],
    })
  })
})

describe('the labels of a port', () => {
  const cases: [what: string, ports: DiscoveryPort[], expected: [VipKey, string[]][]][] = [
    [
      '53. two labels are two VIPs',
      [port(31000, { VIP_0: '/a:80', VIP_1: '/b:90' })],
      [
        [named('/a', 80), ['10.0.0.5:31000']],
        [named('/b', 90), ['10.0.0.5:31000']],
      ],
    ],
    [
      '54. a bad one takes no other away',
      [port(31000, { VIP_0: 'bad', VIP_1: '/b:80' }), port(31001, { VIP_0: '/c:0', VIP_1: '/c:80' })],
      [
        [named('/b', 80), ['10.0.0.5:31000']],
        [named('/c', 80), ['10.0.0.5:31001']],
      ],
    ],
    [
      '55. the same on two ports is one VIP',
      [port(31000, { VIP_0: '/a:80' }), port(31001, { VIP_0: '/a:80' })],
      [[named('/a', 80), ['10.0.0.5:31000', '10.0.0.5:31001']]],
    ],
    [
      '56. one for both protocols has two keys',
      [port(31000, { VIP_0: '/a:53' }, 'UDP'), port(31000, { VIP_0: '/a:53' }, 'TCP')],
      [
        [named('/a', 53, 'tcp'), ['10.0.0.5:31000']],
        [named('/a', 53, 'udp'), ['10.0.0.5:31000']],
      ],
    ],
    [
      '57. one of another protocol is skipped alone',
      [port(31000, { VIP_0: '/a:53' }, 'sctp'), port(31001, { VIP_0: '/a:53' })],
      [[named('/a', 53), ['10.0.0.5:31001']]],
    ],
    [
      'the port number 0 is skipped alone',
      [port(0, { VIP_0: '/a:53' }), port(31001, { VIP_0: '/a:53' })],
      [[named('/a', 53), ['10.0.0.5:31001']]],
    ],
    [
      'keys decide which are read',
      [port(31000, { VIP_0: '/a:80', vipx: '/b:80', Vip_2: '/c:80', MY_VIP: '/d:80' })],
      [
        [named('/a', 80), ['10.0.0.5:31000']],
        [named('/b', 80), ['10.0.0.5:31000']],
      ],
    ],
    [
      'equal values on one port are one backend',
      [port(31000, { VIP_0: '/a:80', VIP_1: '/a:80' })],
      [[named('/a', 80), ['10.0.0.5:31000']]],
    ],
  ]
  for (const [what, ports, expected] of cases)
    it(what, () => assert.deepEqual(places(buildVipTable([task({ ports })])), expected))

  const both = [port(31000, { VIP_0: '/a:80' }), port(31001, { VIP_0: '/b:80' })]
  const { protocol: _, ...withoutProtocol } = port(31002, {})
  const fatal: [what: string, DiscoveryPort][] = [
    ['a port without a protocol', withoutProtocol],
    ['a network scope nobody knows', port(31002, { 'network-scope': 'agent' })],
    ['an empty network scope', port(31002, { 'network-scope': '' }, 'sctp')],
  ]
  for (const [what, bad] of fatal)
    it(`are all lost to ${what} on the same task`, () => {
      const other = task({ id: 'b.1', agentIp: '10.0.0.6', ips: ['10.0.0.6'] })
      assert.deepEqual(places(buildVipTable([task({ ports: [...both, bad] }), other])), [
        [named('/a', 80), ['10.0.0.6:31000']],
      ])
    })
})

describe('the old form VIP_PORT<n>', () => {
  const bare = (labels: [string, string][], more: Partial<VipTask> = {}) =>
    places(buildVipTable([task({ labels, ports: [], hostPorts: [31000, 31005], ...more })]))
  const second: [VipKey, string[]][] = [[named('/old', 80), ['10.0.0.5:31005']]]

  it('counts host ports', () => {
    assert.deepEqual(bare([['VIP_PORT1', 'tcp:///old:80']]), second)
    assert.deepEqual(bare([['vip_Port1', 'tcp:///old:80']]), second)
    assert.deepEqual(bare([['VIP_PORT0', 'udp://1.2.3.4:53']]), [
      [ipVip('1.2.3.4', 53, 'udp'), ['10.0.0.5:31000']],
    ])
  })

  it('is reached at the agent even when the task has an address of its own', () => {
    assert.deepEqual(bare([['VIP_PORT1', 'tcp:///old:80']], { ips: ['9.0.1.2'] }), second)
  })

  it('stands beside the labels of the port, in one backend when it says the same', () => {
    const ports = [port(31005, { VIP_0: '/old:80', VIP_1: '/new:80' })]
    assert.deepEqual(bare([['VIP_PORT1', 'tcp:///old:80']], { ports }), [
      [named('/new', 80), ['10.0.0.5:31005']],
      [named('/old', 80), ['10.0.0.5:31005']],
    ])
  })

  it('is ignored without a scheme or an index', () => {
    const ignored: [string, string][] = [
      ['VIP_PORT1', '/old:80'],
      ['VIP_PORT1', 'TCP:///old:80'],
      ['VIP_PORT1', 'sctp:///old:80'],
      ['VIP_PORT1', 'tcp:///old'],
      ['VIP_PORT', 'tcp:///old:80'],
      ['VIP_PORTx', 'tcp:///old:80'],
      ['VIP_PORT-1', 'tcp:///old:80'],
      ['VIP_0', '/old:80'],
      ['MY_VIP_PORT1', 'tcp:///old:80'],
    ]
    for (const label of ignored) assert.deepEqual(bare([label]), [], label.join('='))
  })

  it('takes all VIPs of the task away when the index is out of range', () => {
    const ports = [port(31000, { VIP_0: '/a:80' })]
    assert.deepEqual(bare([['VIP_PORT2', 'tcp:///old:80']], { ports }), [])
    assert.deepEqual(bare([['VIP_PORT2', 'tcp:///old']], { ports }), [])
    assert.deepEqual(bare([['VIP_PORT2', '/old:80']], { ports }).length, 1)
  })
})

describe('tasks with the same key', () => {
  const at = (ip: string, changes: Partial<VipTask> = {}) =>
    task({ id: `${changes.app ?? '/a'}@${ip}`, agentIp: ip, ips: [ip], ...changes })

  it('are united, whatever app they belong to', () => {
    const table = buildVipTable([
      at('10.0.0.5', { app: '/a' }),
      at('10.0.0.6', { app: '/b', ports: [port(31000, { VIP_7: '/a:80', VIP_0: '/b:81' })] }),
    ])
    assert.deepEqual(places(table), [
      [named('/a', 80), ['10.0.0.5:31000', '10.0.0.6:31000']],
      [named('/b', 81), ['10.0.0.6:31000']],
    ])
    assert.deepEqual(
      table[0]!.backends.map(({ app }) => app),
      ['/a', '/b'],
    )
  })

  it('of another framework are another VIP, but not those of an IP VIP', () => {
    const labels = { VIP_0: '/a:80', VIP_1: '10.1.2.3:80' }
    const table = buildVipTable([
      at('10.0.0.5', { ports: [port(1, labels)] }),
      at('10.0.0.6', { ports: [port(1, labels)], framework: 'kafka', app: null }),
    ])
    assert.deepEqual(places(table), [
      [ipVip('10.1.2.3', 80), ['10.0.0.5:1', '10.0.0.6:1']],
      [named('/a', 80, 'tcp', 'kafka'), ['10.0.0.6:1']],
      [named('/a', 80), ['10.0.0.5:1']],
    ])
  })

  it('have the same label as written, not the same name', () => {
    const table = buildVipTable([at('10.0.0.5'), at('10.0.0.6', { ports: [port(31000, { VIP_0: 'a:80' })] })])
    assert.deepEqual(places(table), [
      [named('/a', 80), ['10.0.0.5:31000']],
      [named('a', 80), ['10.0.0.6:31000']],
    ])
  })

  it('and the same place are one backend, which takes traffic if one of them does', () => {
    const going = at('10.0.0.5', { id: 'going', state: 'TASK_KILLING' })
    const coming = at('10.0.0.5', { id: 'coming' })
    for (const tasks of [
      [going, coming],
      [coming, going],
    ])
      assert.deepEqual(buildVipTable(tasks)[0]!.backends, [
        { ip: '10.0.0.5', port: 31000, task: 'coming', app: '/a', healthy: true, weight: 1 },
      ])
  })
})

describe('the key of a VIP as text', () => {
  it('is the same for equal keys only', () => {
    const part = fc.string({ unit: fc.constantFrom(' ', '8', 'a', '"', '\\'), maxLength: 6 })
    const key = fc.oneof(
      fc.record({
        kind: fc.constant('named' as const),
        protocol: fc.constantFrom('tcp' as const, 'udp' as const),
        label: part,
        framework: part,
        port: fc.constantFrom(8, 88),
      }),
      fc.record({
        kind: fc.constant('ip' as const),
        protocol: fc.constantFrom('tcp' as const, 'udp' as const),
        ip: fc.ipV4(),
        port: fc.constantFrom(8, 88),
      }),
    )
    fc.assert(
      fc.property(key, key, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b))
        assert.notEqual(vipKeyText(a), vipKeyText(b))
      }),
    )
    assert.notEqual(vipKeyText(named('80 x', 80, 'tcp', 'a')), vipKeyText(named('x', 80, 'tcp', 'a 80')))
  })
})

describe('the frontend of a VIP', () => {
  const backend = (ip: string, weight: 0 | 1 | null) => ({
    ip,
    port: 31000,
    task: 't',
    app: '/a',
    healthy: null,
    weight,
  })
  const backends = [backend('10.0.0.5', 1), backend('fd01:b::5', 1), backend('10.0.0.6', null)]

  it('has the backends of its family', () => {
    const entry = { key: named('/a', 80), backends }
    const four = frontendOf(entry, '11.0.0.1')!
    const six = frontendOf(entry, 'fd01:c::1')!
    assert.deepEqual(four, {
      id: four.id,
      protocol: 'tcp',
      ip: '11.0.0.1',
      port: 80,
      backends: [
        { ip: '10.0.0.5', port: 31000, weight: 1 },
        { ip: '10.0.0.6', port: 31000, weight: 0 },
      ],
    })
    assert.deepEqual(six.backends, [{ ip: 'fd01:b::5', port: 31000, weight: 1 }])
    assert.notEqual(four.id, six.id)
  })

  it('does not exist for a port that no packet can carry', () => {
    assert.equal(frontendOf({ key: named('/a', 65536), backends }, '11.0.0.1'), null)
    assert.equal(frontendOf({ key: named('/a', 65535), backends }, '11.0.0.1')?.port, 65535)
  })
})

describe('the table of VIPs', () => {
  const value = fc.constantFrom(
    '/a:80',
    'a:80',
    '/a:90',
    '/b:80',
    '10.1.2.3:80',
    'fd01:c::9:80',
    'bad',
    '/a:0',
  )
  const labels = fc.dictionary(fc.constantFrom('VIP_0', 'VIP_1', 'vip_x', 'other'), value)
  const scope = fc.constantFrom<Labels>({}, {}, { 'network-scope': 'host' }, { 'network-scope': 'container' })
  const ports = fc.array(fc.record({ labels, scope, protocol: fc.constantFrom('tcp', 'UDP', 'sctp') }), {
    maxLength: 3,
  })
  const tasks = fc
    .array(
      fc.record({
        framework: fc.constantFrom('marathon', 'kafka'),
        state: fc.constantFrom('TASK_RUNNING', 'TASK_RUNNING', 'TASK_KILLING', 'TASK_STAGING'),
        healthy: fc.constantFrom(null, true, false),
        hasHealthCheck: fc.boolean(),
        ips: fc.constantFrom<string[]>([], ['10.0.0.5'], ['9.0.1.2', 'fd01:b::2']),
        ports,
      }),
      { maxLength: 6 },
    )
    .map((list) =>
      list.map((drawn, i) =>
        task({
          ...drawn,
          id: `t${i}`,
          // Ports of living tasks on one machine differ.
          ports: drawn.ports.map((p, j) => port(31000 + 10 * i + j, { ...p.labels, ...p.scope }, p.protocol)),
        }),
      ),
    )

  it('does not depend on the order of tasks but for that of backends', () => {
    const sorted = (table: VipEntry[]) =>
      table.map(({ key, backends }) => [key, backends.map((backend) => JSON.stringify(backend)).sort()])
    fc.assert(
      fc.property(tasks, fc.infiniteStream(fc.nat()), (given, dice) => {
        const shuffled = given
          .map((one) => ({ one, at: dice.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one)
        assert.deepEqual(sorted(buildVipTable(shuffled)), sorted(buildVipTable(given)))
      }),
    )
  })

  it('has every key and every place of a key once', () => {
    fc.assert(
      fc.property(tasks, (given) => {
        const table = buildVipTable([...given, ...given])
        assert.equal(new Set(table.map(({ key }) => vipKeyText(key))).size, table.length)
        for (const [, found] of places(table)) assert.equal(new Set(found).size, found.length)
        assert.deepEqual(table, buildVipTable(given))
      }),
    )
  })

  it('is sorted by protocol, label, framework and port', () => {
    const table = buildVipTable([
      task({ framework: 'z', ports: [port(1, { a: '', VIP_0: '/b:80', VIP_1: '/a:90', VIP_2: '/a:80' })] }),
      task({ framework: 'y', ports: [port(1, { VIP_0: '/a:80', VIP_1: '1.1.1.1:1' }, 'udp')] }),
      task({ framework: 'y', ports: [port(1, { VIP_0: '/a:80' })] }),
    ])
    assert.deepEqual(
      table.map(({ key }) => key),
      [
        named('/a', 80, 'tcp', 'y'),
        named('/a', 80, 'tcp', 'z'),
        named('/a', 90, 'tcp', 'z'),
        named('/b', 80, 'tcp', 'z'),
        ipVip('1.1.1.1', 1, 'udp'),
        named('/a', 80, 'udp', 'y'),
      ],
    )
  })
})
