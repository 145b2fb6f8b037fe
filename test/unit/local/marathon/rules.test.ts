import assert from 'node:assert/strict'
import { normalizeApp } from '../../../../src/definitions/normalize-app.js'
import { parseLabelSelector } from '../../../../src/local/parts/marathon/api/label-selector.js'
import { parseTimestamp } from '../../../../src/local/parts/marathon/api/timestamp.js'
import { Backoff } from '../../../../src/local/parts/marathon/backoff.js'
import { discoveryPorts } from '../../../../src/local/parts/marathon/discovery.js'
import { type Condition, type Instance, instanceIdOf } from '../../../../src/local/parts/marathon/model.js'
import { selectVictims } from '../../../../src/local/parts/marathon/scaling.js'
import { taskEnvironment } from '../../../../src/local/parts/marathon/task-environment.js'
import { FakeClock } from '../../../support/fake-clock.js'

const AGENT = { id: 'S0', host: '127.0.0.1', ip: '127.0.0.1' }
const app = (more: object = {}) => normalizeApp({ id: '/shop/api', cmd: 'true', ...more })

describe('marathon: backoff', () => {
  const crashing = app({ backoffSeconds: 1, backoffFactor: 2, maxLaunchDelaySeconds: 5 })

  it('grows with each failure up to its limit', async () => {
    const clock = new FakeClock(1000)
    const backoff = new Backoff(clock)
    const waits: number[] = []
    for (let n = 0; n < 5; n++) {
      backoff.failed(crashing)
      waits.push(backoff.waitMs(crashing))
      await clock.advance(waits.at(-1)!)
      assert.equal(backoff.waitMs(crashing), 0)
    }
    assert.deepEqual(waits, [1000, 2000, 4000, 5000, 5000])
  })

  it('is forgotten when a task lives longer than the longest delay', async () => {
    const clock = new FakeClock()
    const backoff = new Backoff(clock)
    backoff.failed(crashing)
    backoff.failed(crashing)
    await clock.advance(2000)
    backoff.alive(crashing)
    await clock.advance(5001)
    backoff.failed(crashing)
    assert.equal(backoff.waitMs(crashing), 1000)
  })

  it('belongs to a configuration and is forgotten by hand', () => {
    const backoff = new Backoff(new FakeClock())
    backoff.failed(crashing)
    const info = { lastScalingAt: 'b', lastConfigChangeAt: 'b' }
    assert.equal(backoff.waitMs({ ...crashing, versionInfo: info }), 0)
    backoff.reset(crashing)
    assert.equal(backoff.waitMs(crashing), 0)
  })

  it('never exceeds the limit from the start', () => {
    const backoff = new Backoff(new FakeClock())
    const slow = app({ backoffSeconds: 60, maxLaunchDelaySeconds: 5 })
    backoff.failed(slow)
    assert.equal(backoff.waitMs(slow), 5000)
  })
})

describe('marathon: label selectors', () => {
  const labels = { tier: 'web', 'a b': 'x,y', team: 'red' }
  const cases: [string, boolean][] = [
    ['', true],
    ['  ', true],
    ['tier', true],
    ['none', false],
    ['tier==web', true],
    ['tier == web , team==red', true],
    ['tier==web,team==blue', false],
    ['tier!=db', true],
    ['tier!=web', false],
    ['none!=db', false],
    ['tier in (db, web)', true],
    ['tier in(db)', false],
    ['tier notin (db)', true],
    ['none notin (db)', false],
    [String.raw`a\ b in (x\,y)`, true],
    [String.raw`a\ b == x\,y, tier`, true],
  ]
  for (const [selector, expected] of cases)
    it(`${JSON.stringify(selector)} ${expected ? 'matches' : 'does not'}`, () =>
      assert.equal(parseLabelSelector(selector)(labels), expected))
  for (const bad of ['=', 'a=b', 'a in ()', 'a in (b', 'a,,b', 'a,', 'ä', 'a == '])
    it(`refuses ${bad}`, () => assert.throws(() => parseLabelSelector(bad), /Can not parse label selector/))
})

describe('marathon: timestamps', () => {
  it('are read in any offset and written in one form', () => {
    assert.equal(parseTimestamp('2021-03-02T10:00:00Z'), '2021-03-02T10:00:00.000Z')
    assert.equal(parseTimestamp('2021-03-02T10:00:00.5+02:00'), '2021-03-02T08:00:00.500Z')
  })
  for (const bad of ['', 'yesterday', '7', '2021-13-02T10:00:00Z'])
    it(`are refused: ${bad}`, () => assert.throws(() => parseTimestamp(bad), /Invalid timestamp/))
})

describe('marathon: who goes when an app shrinks', () => {
  const instance = (id: string, condition: Condition, startedAt: string): Instance => ({
    id,
    app: app(),
    goal: 'Running',
    condition,
    incarnation: 1,
    since: startedAt,
    task:
      condition === 'Scheduled'
        ? null
        : { id, hostPorts: [], ports: [], stagedAt: startedAt, startedAt, healthy: null, health: [] },
  })
  const all = [
    instance('old', 'Running', '2021-01-01'),
    instance('young', 'Running', '2021-01-02'),
    instance('staging', 'Staging', '2021-01-01'),
    instance('waiting', 'Scheduled', '2021-01-01'),
  ]
  const order = (selection: string) =>
    selectVictims(app({ killSelection: selection }), all, 4).map(({ id }) => id)

  it('what serves goes last, the youngest before the oldest', () =>
    assert.deepEqual(order('YOUNGEST_FIRST'), ['waiting', 'staging', 'young', 'old']))
  it('or the other way round', () =>
    assert.deepEqual(order('OLDEST_FIRST'), ['waiting', 'staging', 'old', 'young']))
  it('nobody for nothing', () => assert.deepEqual(selectVictims(app(), all, -1), []))
})

describe('marathon: what a task is told', () => {
  it('its ports, by number, name and index', () => {
    const env = taskEnvironment(
      app({
        labels: { 'a.b-c': 'x' },
        env: { HOST: 'mine', S: { secret: 's' } },
        secrets: { s: { source: 'x' } },
      }),
      'task-1',
      [
        { requested: 10000, name: 'http-api', hostPort: 31005, effective: 31005 },
        { requested: 0, hostPort: null, effective: 2222 },
        { requested: 80, hostPort: null, effective: 80 },
      ],
      AGENT,
    )
    assert.equal(env.PORT, '31005')
    assert.equal(env.PORTS, '31005,2222')
    assert.equal(env.PORT0, '31005')
    assert.equal(env.PORT2, '80')
    assert.equal(env.PORT_10000, '31005')
    assert.equal(env.PORT_2222, '2222')
    assert.equal(env['PORT_HTTP-API'], '31005')
    assert.equal(env.MARATHON_APP_LABELS, 'A_B_C')
    assert.equal(env.MARATHON_APP_LABEL_A_B_C, 'x')
    assert.equal(env.MARATHON_APP_RESOURCE_MEM, '128.0')
    assert.equal(env.HOST, 'mine')
    assert.ok(!('S' in env))
  })
  it('nothing of ports when it has none', () => {
    const env = taskEnvironment(app(), 't', [], AGENT)
    assert.deepEqual(
      Object.keys(env).filter((name) => name.startsWith('PORT')),
      [],
    )
  })
})

describe('marathon: what Mesos announces of a task', () => {
  const mapping = { containerPort: 80, labels: { VIP_0: '/a:80' } }
  const container = (mode: string, portMapping: object, more: object = {}) =>
    app({
      networks: [{ mode, ...(mode === 'container' ? { name: 'dcos' } : {}) }],
      container: { type: 'MESOS', portMappings: [portMapping] },
      ...more,
    })
  const labels = (definition: ReturnType<typeof app>, ports: number[]) =>
    discoveryPorts(definition, ports).map(({ number, protocol, labels }) => [
      number,
      protocol,
      labels.map((pair) => pair.join('=')).join(' '),
    ])

  it('host ports on the host network', () =>
    assert.deepEqual(labels(app({ portDefinitions: [{ port: 0, labels: { VIP_0: '/a:80' } }] }), [31005]), [
      [31005, 'tcp', 'VIP_0=/a:80'],
    ]))
  it('one entry a protocol', () =>
    assert.deepEqual(labels(container('container/bridge', { ...mapping, protocol: 'udp,tcp' }), [31005]), [
      [31005, 'udp', 'VIP_0=/a:80 network-scope=host'],
      [31005, 'tcp', 'VIP_0=/a:80 network-scope=host'],
    ]))
  it('container ports on a network of containers', () =>
    assert.deepEqual(labels(container('container', mapping), [80]), [
      [80, 'tcp', 'VIP_0=/a:80 network-scope=container network-name=dcos'],
    ]))
  it('but the host port where there is one', () =>
    assert.deepEqual(labels(container('container', { ...mapping, hostPort: 0 }), [31005]), [
      [31005, 'tcp', 'VIP_0=/a:80 network-scope=host'],
    ]))
  it('on the networks that the port names', () =>
    assert.deepEqual(
      labels(
        container(
          'container',
          { ...mapping, networkNames: ['b'] },
          {
            networks: [
              { mode: 'container', name: 'a' },
              { mode: 'container', name: 'b' },
            ],
          },
        ),
        [80],
      ),
      [[80, 'tcp', 'VIP_0=/a:80 network-scope=container network-name=b']],
    ))
})

describe('marathon: ids', () => {
  const instance = 'shop_api.instance-0b1e2c3d-7b3f-11eb-9439-0242ac130002'
  for (const id of [instance, `${instance}._app.1`, `${instance}._app.12`])
    it(`${id} belongs to its instance`, () => assert.equal(instanceIdOf(id), instance))
})
