import assert from 'node:assert/strict'
import { createHttp, type Http } from '../../src/clients/http.js'
import { createMarathon } from '../../src/clients/marathon.js'
import { askService } from '../../src/clients/services.js'
import type { EndpointApp } from '../../src/domain/endpoints.js'
import { type EndpointPorts, listEndpoints } from '../../src/operations/read-endpoints.js'
import { UserError } from '../../src/shared/errors.js'
import { sendJson, serve, type TestServer } from './clients-server.js'

/** What one path under `/service/<name>/` answers: a text (JSON when it looks so), or a status with a text. */
type Served = string | [status: number, type: string, body: string]

/** The scheduler's own bytes for one broker: a one-element array stands on one line. */
const BROKER = `{
  "address": ["10.0.1.11:1025"],
  "dns": ["kafka-0-broker.kafka.autoip.dcos.thisdcos.directory:1025"],
  "vip": "broker.kafka.l4lb.thisdcos.directory:9092"
}`

/** Compact, as Kafka before the SDK sends it. */
const CONNECTION =
  '{"address":["10.0.2.199:9918"],"zookeeper":"master.mesos:2181/dcos-service-kafka","dns":["broker-0.kafka.mesos:9918"],"vip":"broker.kafka.l4lb.thisdcos.directory:9092"}'

const sdkApp = (name: string): EndpointApp => ({
  id: `/${name}`,
  labels: { DCOS_SERVICE_NAME: name, DCOS_COMMONS_API_VERSION: 'v1' },
  portDefinitions: [{ port: 0, name: 'api' }],
  tasks: [{ id: `${name}.1`, state: 'TASK_RUNNING', host: '10.0.0.5', ports: [31000] }],
})

const plainApp = (id: string, port: string, labels: Record<string, string> = {}): EndpointApp => ({
  ...sdkApp('x'),
  id,
  labels,
  portDefinitions: [{ port: 0, name: port, labels: { VIP_0: `${id}:80` } }],
})

describe('endpoints of services', () => {
  let server: TestServer
  let http: Http
  let ports: EndpointPorts
  let services: Record<string, Record<string, Served>>
  let apps: EndpointApp[]

  beforeEach(async () => {
    services = {}
    apps = []
    server = await serve(({ path }, response) => {
      const [, name, rest] = /^\/service\/(.+?)\/(v[12]\/.*)$/.exec(path.replace(/\?.*/, '')) ?? []
      if (name === 'marathon' && rest === 'v2/apps') return sendJson(response, { apps })
      if (name === 'marathon') {
        const id = `/${decodeURIComponent(rest!.slice('v2/apps/'.length))}`
        const app = apps.find((one) => one.id === id)
        return app
          ? sendJson(response, { app })
          : sendJson(response, { message: `App '${id}' does not exist` }, 404)
      }
      const service = services[name!]
      if (!service) return void response.writeHead(404).end('404 Not Found: service not found.\n')
      const served = service[rest!] ??
        service['*'] ?? [404, 'text/html', '<html><title>Error 404</title></html>']
      const isJson = typeof served === 'string' && /^[[{]/.test(served)
      const [status, type, body] =
        typeof served === 'string' ? [200, isJson ? 'application/json' : 'text/plain', served] : served
      response.writeHead(status, { 'content-type': type }).end(body)
    })
    http = createHttp({ url: server.url, token: null, tls: { verify: true, ca: null }, timeoutMs: 5000 })
    const marathon = createMarathon(http, `${server.url}/service/marathon`)
    ports = {
      askService: (service, path, timeoutMs) => askService(http, service, path, timeoutMs),
      app: (id) => marathon.getApp(id),
      apps: () => marathon.listApps({ tasks: true }),
    }
  })
  afterEach(async () => {
    http.close()
    await server.close()
  })

  const refused = async (request: {
    service?: string
    endpoint?: string
  }): Promise<UserError & { text: string }> => {
    try {
      await listEndpoints(ports, request)
    } catch (thrown) {
      assert.ok(thrown instanceof UserError, String(thrown))
      return Object.assign(thrown, { text: [thrown.message, ...thrown.next].join('\n') })
    }
    throw new assert.AssertionError({ message: 'was not refused' })
  }
  const sdkKafka = () => {
    services.kafka = {
      'v1/endpoints': '["broker","zookeeper"]',
      'v1/endpoints/broker': BROKER,
      'v1/endpoints/zookeeper': 'master.mesos:2181/dcos-service-kafka',
    }
    apps.push(sdkApp('kafka'))
  }

  it('lists and reads those of an SDK service', async () => {
    sdkKafka()
    const list = await listEndpoints(ports, { service: '/kafka' })
    assert.deepEqual(list, { kind: 'names', service: 'kafka', names: ['broker', 'zookeeper'] })
    assert.deepEqual(await listEndpoints(ports, { service: 'kafka', endpoint: '' }), list)
    const blob = await listEndpoints(ports, { service: 'kafka', endpoint: 'broker' })
    assert.equal(blob.kind === 'blob' && blob.text, BROKER.replaceAll(/\[(".*")\]/g, '[\n    $1\n  ]'))
    const text = await listEndpoints(ports, { service: 'kafka', endpoint: 'zookeeper' })
    assert.deepEqual(text, { kind: 'text', service: 'kafka', text: 'master.mesos:2181/dcos-service-kafka' })
  })

  it('reads services in folders', async () => {
    services['path/to/kafka'] = { 'v1/endpoints': '["hdfs-site.xml"]', 'v1/endpoints/hdfs-site.xml': '<a/>' }
    const found = await listEndpoints(ports, { service: '/path/to//kafka/', endpoint: 'hdfs-site.xml' })
    assert.deepEqual(found, { kind: 'text', service: 'path/to/kafka', text: '<a/>' })
  })

  it('reads the connection of Kafka before the SDK, key by key as it comes', async () => {
    services.kafka = { 'v1/connection': CONNECTION }
    const names = await listEndpoints(ports, { service: 'kafka' })
    assert.deepEqual(names.kind === 'names' && names.names, ['broker'])
    const blob = await listEndpoints(ports, { service: 'kafka', endpoint: 'broker' })
    assert.equal(
      blob.kind === 'blob' && blob.text,
      `{
  "address": [
    "10.0.2.199:9918"
  ],
  "zookeeper": "master.mesos:2181/dcos-service-kafka",
  "dns": [
    "broker-0.kafka.mesos:9918"
  ],
  "vip": "broker.kafka.l4lb.thisdcos.directory:9092"
}`,
    )
  })

  it('takes a web app that answers everything with its page for the plain app it is', async () => {
    services.web = { '*': [200, 'text/html', '<!doctype html><title>Shop</title>'] }
    apps.push(plainApp('/shop/web', 'http', { DCOS_SERVICE_NAME: 'web' }))
    const found = await listEndpoints(ports, { service: 'web' })
    assert.deepEqual(found.kind === 'names' && found.names, ['http'])
  })

  it('reads the ports of a plain app that no one routes to', async () => {
    apps.push(plainApp('/shop/api', 'http'))
    const found = await listEndpoints(ports, { service: 'shop/api', endpoint: 'http' })
    assert.deepEqual(found.kind === 'blob' && found.value, {
      address: ['10.0.0.5:31000'],
      dns: ['api-shop.marathon.autoip.dcos.thisdcos.directory:31000'],
      vip: 'shopapi.marathon.l4lb.thisdcos.directory:80',
    })
    assert.ok(!server.seen.some((seen) => seen.path.endsWith('connection')), 'asks nothing in vain')
  })

  it('names the endpoints that exist when another is asked for', async () => {
    sdkKafka()
    const error = await refused({ service: 'kafka', endpoint: 'brokers' })
    assert.equal(error.code, 'E_ENDPOINT_NOT_FOUND')
    assert.match(error.text, /no endpoint “brokers”[\s\S]*broker, zookeeper/)
  })

  it('names the services that exist when another is asked for', async () => {
    sdkKafka()
    apps.push(plainApp('/shop/api', 'http'))
    const error = await refused({ service: 'kafkka' })
    assert.equal(error.code, 'E_SERVICE_NOT_FOUND')
    assert.match(error.text, /kafka, shop\/api/)
    assert.equal((await refused({ service: '..' })).exitCode, 2)
  })

  const away: [string, Served | null][] = [
    ['502', [502, 'text/html', '<html><title>502 Bad Gateway</title>']],
    ['503', [503, 'text/plain', '503 Service Unavailable: invalid Mesos state cache']],
    ['500 without a body', [500, 'text/html', '']],
    ['404 of the router', null],
    ['404 of its own (it is being uninstalled)', [404, 'text/html', '']],
  ]
  for (const [name, served] of away) {
    it(`says that a scheduler is not ready: ${name}`, async () => {
      apps.push(sdkApp('kafka'))
      if (served) services.kafka = { '*': served }
      const error = await refused({ service: 'kafka', endpoint: 'broker' })
      assert.equal(error.code, 'E_SERVICE_NOT_READY')
      assert.match(error.text, /wait a bit/)
      assert.doesNotMatch(error.text, /api/, 'its own port is no endpoint')
    })
  }

  it('says that JSON breaks off', async () => {
    services.kafka = { 'v1/endpoints': '["broker"]', 'v1/endpoints/broker': '{"address": ["10.0' }
    assert.equal((await refused({ service: 'kafka', endpoint: 'broker' })).code, 'E_BROKEN_JSON')
  })

  describe('without a service', () => {
    it('come from the one that offers it', async () => {
      sdkKafka()
      apps.push(plainApp('/shop/api', 'http'), plainApp('/web', 'page', { DCOS_SERVICE_NAME: 'web' }))
      services.web = { '*': [200, 'text/html', '<html>'] }
      const broker = await listEndpoints(ports, { endpoint: 'broker' })
      assert.equal(broker.kind === 'blob' && broker.service, 'kafka')
      assert.equal((await listEndpoints(ports, { endpoint: 'http' })).service, 'shop/api')
      assert.equal((await listEndpoints(ports, { endpoint: 'page' })).service, 'web')
      assert.equal((await refused({ endpoint: 'api' })).code, 'E_ENDPOINT_NOT_FOUND')
    })

    it('may be those of a Kafka before the SDK', async () => {
      apps.push(plainApp('/kafka', 'api', { DCOS_SERVICE_NAME: 'kafka' }))
      services.kafka = { 'v1/connection': CONNECTION }
      assert.equal((await listEndpoints(ports, { endpoint: 'broker' })).kind, 'blob')
    })

    it('name the candidates when there are several', async () => {
      apps.push(plainApp('/b', 'http'), plainApp('/a', 'http'))
      const error = await refused({ endpoint: 'http' })
      assert.equal(error.exitCode, 2)
      assert.match(error.text, /2 services offer the endpoint “http”: a, b\.\n.*http --name a/)
      assert.match((await refused({})).text, /2 services have endpoints: a, b/)
    })

    it('say what exists and who was silent when there are none', async () => {
      sdkKafka()
      apps.push(sdkApp('hdfs'))
      services.hdfs = { '*': [502, 'text/html', ''] }
      const error = await refused({ endpoint: 'nope' })
      assert.equal(error.code, 'E_ENDPOINT_NOT_FOUND')
      assert.match(error.text, /exist: broker, zookeeper\n.*did not answer.*hdfs/)
      apps = []
      assert.match((await refused({ endpoint: 'nope' })).text, /runs no app/)
    })

    it('are asked of a few services at a time', async () => {
      for (let i = 0; i < 20; i++) apps.push(sdkApp(`s${i}`))
      let running = 0
      let most = 0
      const counted: EndpointPorts = {
        ...ports,
        async askService(...asked) {
          most = Math.max(most, ++running)
          try {
            return await ports.askService(...asked)
          } finally {
            running--
          }
        },
      }
      services.s13 = { 'v1/endpoints': '["x"]', 'v1/endpoints/x': 'found' }
      assert.equal((await listEndpoints(counted, { endpoint: 'x' })).service, 's13')
      assert.ok(most > 1 && most <= 8, `${most} at once`)
    })
  })
})
