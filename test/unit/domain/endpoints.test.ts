import assert from 'node:assert/strict'
import {
  appEndpoint,
  appEndpointNames,
  type EndpointApp,
  isConnectionReport,
  isSdkScheduler,
  plainServiceName,
  readEndpointNames,
  routedName,
  serviceNameOf,
} from '../../../src/domain/endpoints.js'

const task = (id: string, host: string, ports: number[], ip = host, state = 'TASK_RUNNING') => ({
  id,
  host,
  ports,
  ipAddresses: ip ? [{ ipAddress: ip }] : [],
  state,
})

const onHost: EndpointApp = {
  id: '/shop/api',
  networks: [{ mode: 'host' }],
  portDefinitions: [
    { port: 10000, name: 'http', labels: { VIP_1: '/second:81', VIP_0: '/shop/api:80' } },
    { port: 10001, labels: { other: 'x' } },
    { port: 10002, name: 'raw', labels: { VIP_0: 'broken', VIP_2: '10.1.2.3:99' } },
  ],
  tasks: [
    task('t2', '10.0.0.6', [31100, 31101, 31102]),
    task('t1', 'agent-5', [31000, 31001, 31002], '10.0.0.5'),
    task('t3', '10.0.0.7', [], '10.0.0.7', 'TASK_FAILED'),
    task('t4', '10.0.0.8', [31300, 31301, 31302], '', 'TASK_STAGING'),
  ],
}

describe('endpoints of a plain app', () => {
  it('are its ports, by name or place', () => {
    assert.deepEqual(appEndpointNames(onHost), ['http', 'port1', 'raw'])
    assert.deepEqual(appEndpointNames({ id: '/x' }), [])
  })

  it('on the host: the agent and the port it gave, of the tasks that run', () => {
    assert.deepEqual(appEndpoint(onHost, 'http'), {
      address: ['agent-5:31000', '10.0.0.6:31100'],
      dns: [
        'api-shop.marathon.autoip.dcos.thisdcos.directory:31000',
        'api-shop.marathon.autoip.dcos.thisdcos.directory:31100',
      ],
      vip: 'shopapi.marathon.l4lb.thisdcos.directory:80',
    })
    assert.deepEqual(Object.keys(appEndpoint(onHost, 'port1')!), ['address', 'dns'])
    assert.deepEqual(appEndpoint(onHost, 'raw')!.vip, '10.1.2.3:99')
    assert.equal(appEndpoint(onHost, 'nope'), null)
  })

  it('in a virtual network: the container and its port; ports with a host port are counted apart', () => {
    const app: EndpointApp = {
      id: '/web',
      networks: [{ mode: 'container', name: 'dcos' }],
      container: {
        portMappings: [
          { containerPort: 8080, name: 'inside' },
          { containerPort: 9090, hostPort: 0, name: 'outside' },
          { containerPort: 0, name: 'unknown' },
        ],
      },
      tasks: [task('t', '10.0.0.5', [31000], '9.0.2.4'), task('u', '10.0.0.6', [31001], 'fd01:b::2')],
    }
    assert.deepEqual(appEndpoint(app, 'inside')!.address, ['9.0.2.4:8080', '[fd01:b::2]:8080'])
    assert.deepEqual(appEndpoint(app, 'outside')!.address, ['10.0.0.5:31000', '10.0.0.6:31001'])
    assert.deepEqual(appEndpoint(app, 'unknown')!.address, [])
  })

  it('on a bridge: the agent and the host port', () => {
    const app: EndpointApp = {
      id: '/b',
      networks: [{ mode: 'container/bridge' }],
      container: {
        portMappings: [
          { containerPort: 80, hostPort: 0 },
          { containerPort: 81, hostPort: 0, name: 'two' },
        ],
      },
      tasks: [task('t', '10.0.0.5', [31000, 31007], '172.17.0.2')],
    }
    assert.deepEqual(appEndpointNames(app), ['port0', 'two'])
    assert.deepEqual(appEndpoint(app, 'two')!.address, ['10.0.0.5:31007'])
  })
})

describe('services', () => {
  const names: [string, string | null][] = [
    ['kafka', 'kafka'],
    ['/kafka', 'kafka'],
    ['/path//to/kafka/', 'path/to/kafka'],
    ['', null],
    ['/', null],
    ['a/../b', null],
  ]
  for (const [from, to] of names) it(`name ${from} is ${to}`, () => assert.equal(plainServiceName(from), to))

  it('are named by configuration, else by their module', () => {
    const none = () => undefined
    assert.equal(serviceNameOf('kafka', none), 'kafka')
    assert.equal(serviceNameOf('beta-kafka', none), 'kafka')
    assert.equal(
      serviceNameOf('beta-kafka', (key) => (key === 'beta-kafka.service_name' ? 'k1' : undefined)),
      'k1',
    )
  })

  it('are known by labels', () => {
    assert.equal(routedName({ id: '/x', labels: { DCOS_SERVICE_NAME: '/a/b' } }), 'a/b')
    assert.equal(routedName({ id: '/x' }), null)
    assert.equal(isSdkScheduler({ id: '/x', labels: { DCOS_COMMONS_API_VERSION: 'v1' } }), true)
    assert.equal(isSdkScheduler({ id: '/x', labels: {} }), false)
  })

  it('list endpoints as an array of names, and nothing else', () => {
    assert.deepEqual(readEndpointNames('["a","b"]'), ['a', 'b'])
    assert.deepEqual(readEndpointNames('[]'), [])
    for (const text of ['{"a":1}', '[1]', '"a"', '<html>', '', 'null'])
      assert.equal(readEndpointNames(text), null, text)
  })

  it('before the SDK report one connection', () => {
    for (const key of ['address', 'dns', 'native', 'direct', 'vip', 'vips']) {
      assert.equal(isConnectionReport(JSON.stringify({ [key]: [] })), true, key)
    }
    for (const text of ['{}', '{"message":"x"}', '["address"]', 'null', '<html>']) {
      assert.equal(isConnectionReport(text), false, text)
    }
  })
})
