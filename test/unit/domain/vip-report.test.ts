import assert from 'node:assert/strict'
import type { PortedApp } from '../../../src/domain/app-ports.js'
import { buildVipReports, statusOf, type VipFacts, type VipReport } from '../../../src/domain/vip-report.js'
import type { VipTask } from '../../../src/domain/vip-table.js'

const ADDRESS = 'a.marathon.l4lb.thisdcos.directory:80'
const HOST = 'a.marathon.l4lb.thisdcos.directory'

const nothing: VipFacts = { tasks: null, apps: null, netVips: null, records: null, places: null }

const appA: PortedApp = { id: '/a', portDefinitions: [{ labels: { VIP_0: '/a:80' } }] }

function task(ip: string, changes: Partial<VipTask> = {}): VipTask {
  return {
    id: `a@${ip}`,
    framework: 'marathon',
    app: '/a',
    state: 'TASK_RUNNING',
    healthy: true,
    hasHealthCheck: true,
    agentIp: ip,
    ips: [ip],
    ports: [{ number: 31000, protocol: 'tcp', labels: [['VIP_0', '/a:80']] }],
    labels: [],
    hostPorts: [31000],
    ...changes,
  }
}

const netA = { vip: ADDRESS, protocol: 'tcp', backend: [{ ip: '10.0.0.5', port: 31000 }] }
const recordA = { name: HOST, host: '11.0.0.1', rtype: 'A' }
const placeA = {
  address: ADDRESS,
  protocol: 'tcp',
  label: '/a:80',
  ip: '11.0.0.1',
  connect: '127.0.0.1:80',
  reason: null,
}
const backendA = {
  ip: '10.0.0.5',
  port: 31000,
  task: 'a@10.0.0.5',
  app: '/a',
  healthy: true,
  weight: 1,
} as const
const reportA: VipReport = {
  address: ADDRESS,
  kind: 'named',
  label: '/a:80',
  framework: 'marathon',
  protocol: 'tcp',
  port: 80,
  ip: '11.0.0.1',
  connect: '127.0.0.1:80',
  status: 'healthy',
  apps: ['/a'],
  backends: [backendA],
}
const everything: VipFacts = {
  tasks: [task('10.0.0.5')],
  apps: [appA],
  netVips: [netA],
  records: [recordA],
  places: [placeA],
}
const unknown = { task: null, app: null, healthy: null, weight: null }

describe('the report of a VIP', () => {
  const cases: [what: string, facts: VipFacts, reports: Partial<VipReport>[]][] = [
    ['has all facts when every source answers', everything, [reportA]],
    [
      'has no place to connect to without the embedded cluster',
      { ...everything, places: null },
      [{ ...reportA, connect: null }],
    ],
    [
      'has no address without records',
      { ...everything, places: null, records: null },
      [{ ...reportA, ip: null, connect: null }],
    ],
    ['does not need Marathon', { ...everything, apps: null }, [reportA]],
    ['does not need the table of the load balancer', { ...everything, netVips: null }, [reportA]],
    [
      'knows no tasks and no health without Mesos',
      { ...everything, tasks: null },
      [{ ...reportA, backends: [{ ...backendA, ...unknown }] }],
    ],
    [
      'has no label and no app from the load balancer alone',
      { ...nothing, netVips: [netA], records: [recordA] },
      [
        {
          ...reportA,
          label: null,
          framework: null,
          connect: null,
          apps: [],
          backends: [{ ...backendA, ...unknown }],
        },
      ],
    ],
    [
      'has no backends from Marathon alone',
      { ...nothing, apps: [appA] },
      [{ ...reportA, ip: null, connect: null, status: 'down', backends: [] }],
    ],
    [
      'has no app for a framework that is not Marathon',
      {
        ...nothing,
        tasks: [task('10.0.0.5', { framework: 'kafka', app: null })],
      },
      [
        {
          ...reportA,
          address: 'a.kafka.l4lb.thisdcos.directory:80',
          framework: 'kafka',
          ip: null,
          connect: null,
          apps: [],
          backends: [{ ...backendA, app: null }],
        },
      ],
    ],
    ['does not exist without a source', nothing, []],
    [
      'does not exist where every source is empty',
      { tasks: [], apps: [], netVips: [], records: [], places: [] },
      [],
    ],
  ]
  for (const [what, facts, reports] of cases)
    it(what, () => assert.deepEqual(buildVipReports(facts), reports))

  it('is down when an app declares it in vain, whatever the load balancer had', () => {
    const [report] = buildVipReports({ ...everything, tasks: [] })
    assert.deepEqual([report?.status, report?.backends, report?.apps], ['down', [], ['/a']])
  })

  it('names every app that carries or declares it', () => {
    const [report, ...more] = buildVipReports({
      ...everything,
      apps: [{ ...appA, id: '/z' }, appA, { ...appA, id: '/b' }],
    })
    assert.deepEqual(report?.apps, ['/a', '/b', '/z'])
    assert.deepEqual(more, [])
  })

  it('has its backends in the order of their places', () => {
    const [report] = buildVipReports({
      ...nothing,
      tasks: [task('10.0.0.6'), task('10.0.0.5', { state: 'TASK_KILLING' })],
    })
    assert.deepEqual(
      report?.backends.map(({ ip, weight }) => [ip, weight]),
      [
        ['10.0.0.5', 0],
        ['10.0.0.6', 1],
      ],
    )
    assert.equal(report?.status, 'degraded')
  })
})

describe('two spellings of one name', () => {
  const apps = [appA, { ...appA, id: '/b', portDefinitions: [{ labels: { VIP_0: 'a:80' } }] }]
  const records = [recordA, { ...recordA, host: '11.0.0.2' }]
  const facts = { ...nothing, apps, records }
  const addresses = (given: VipFacts) => buildVipReports(given).map(({ label, ip }) => [label, ip])

  it('have an address that nobody can tell from the records', () => {
    assert.deepEqual(addresses(facts), [
      ['/a:80', null],
      ['a:80', null],
    ])
  })

  it('are told apart by the embedded cluster', () => {
    const places = [placeA, { ...placeA, label: 'a:80', ip: '11.0.0.2' }]
    assert.deepEqual(addresses({ ...facts, places }), [
      ['/a:80', '11.0.0.1'],
      ['a:80', '11.0.0.2'],
    ])
  })

  it('are no further VIP in the table of the load balancer', () => {
    assert.equal(buildVipReports({ ...facts, netVips: [netA, netA] }).length, 2)
  })
})

describe('the records of a name', () => {
  it('count when they are A records of this name', () => {
    const records = [
      { ...recordA, rtype: 'AAAA', host: 'fd01:c::1' },
      { ...recordA, name: `b.${HOST}`, host: '11.0.0.9' },
      recordA,
    ]
    assert.equal(buildVipReports({ ...nothing, apps: [appA], records })[0]?.ip, '11.0.0.1')
  })
})

describe('an IP VIP', () => {
  const app = (value: string): PortedApp => ({ id: '/dns', portDefinitions: [{ labels: { VIP_0: value } }] })
  const row = (vip: string) => ({ vip, protocol: 'tcp', backend: [{ ip: '10.0.0.5', port: 12000 }] })

  for (const [value, address, ip] of [
    ['10.1.2.3:53', '10.1.2.3:53', '10.1.2.3'],
    ['fd01:d:1::9:53', '[fd01:d:1::9]:53', 'fd01:d:1::9'],
  ] as const) {
    it(`${address} has its own address, from an app or from the load balancer alone`, () => {
      const [declared] = buildVipReports({ ...nothing, apps: [app(value)] })
      const [served] = buildVipReports({ ...nothing, netVips: [row(value)] })
      for (const report of [declared, served]) {
        assert.equal(report?.address, address)
        assert.equal(report?.kind, 'ip')
        assert.equal(report?.ip, ip)
        assert.equal(report?.port, 53)
        assert.equal(report?.framework, null)
      }
    })

    it(`${address} is one VIP in both`, () => {
      const reports = buildVipReports({ ...nothing, apps: [app(value)], netVips: [row(value)] })
      assert.equal(reports.length, 1)
      assert.deepEqual(reports[0]?.backends, [{ ip: '10.0.0.5', port: 12000, ...unknown }])
    })
  }
})

describe('the status of a VIP', () => {
  const cases: [weights: (0 | 1 | null)[], status: VipReport['status']][] = [
    [[], 'down'],
    [[0], 'down'],
    [[0, 0], 'down'],
    [[1], 'healthy'],
    [[1, 1], 'healthy'],
    [[1, 0], 'degraded'],
    [[null], 'healthy'],
    [[null, 0], 'degraded'],
  ]
  for (const [weights, status] of cases)
    it(`with weights [${weights.map(String).join(', ')}] is ${status}`, () =>
      assert.equal(statusOf(weights.map((weight) => ({ ...backendA, weight }))), status))
})

describe('the list of VIPs', () => {
  it('is sorted by address, protocol and label', () => {
    const labels = { VIP_0: 'b:80', VIP_1: '/b:80', VIP_2: 'a:90', VIP_3: 'a:80' }
    const app: PortedApp = { id: '/x', portDefinitions: [{ protocol: 'udp,tcp', labels }] }
    assert.deepEqual(
      buildVipReports({ ...nothing, apps: [app] }).map(({ label, protocol }) => `${label}/${protocol}`),
      ['a:80/tcp', 'a:80/udp', 'a:90/tcp', 'a:90/udp', '/b:80/tcp', 'b:80/tcp', '/b:80/udp', 'b:80/udp'],
    )
  })
})
