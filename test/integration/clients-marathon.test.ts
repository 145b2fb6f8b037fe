import assert from 'node:assert/strict'
import { createHttp, type Http } from '../../src/clients/http.js'
import { readLocalStatus, readLocalVips } from '../../src/clients/local.js'
import { createMarathon, type Marathon } from '../../src/clients/marathon.js'
import { readMesosState } from '../../src/clients/mesos.js'
import { readNetRecords, readNetVips } from '../../src/clients/net.js'
import { askService } from '../../src/clients/services.js'
import { type Answering, sendJson, serve, type TestServer } from './clients-server.js'

describe('clients of the cluster’s services', () => {
  let server: TestServer
  let http: Http
  let marathon: Marathon
  let answer: Answering

  beforeEach(async () => {
    server = await serve((request, response) => answer(request, response))
    http = createHttp({ url: server.url, token: null, tls: { verify: true, ca: null }, timeoutMs: 5000 })
    marathon = createMarathon(http, `${server.url}/service/marathon`)
  })
  afterEach(async () => {
    http.close()
    await server.close()
  })
  const asked = () =>
    server.seen.map((seen) => `${seen.method} ${seen.path.replace('/service/marathon', '')}`)

  it('asks Marathon as its API wants it', async () => {
    const result = { version: '2024-05-01T10:00:00.000Z', deploymentId: 'd-1' }
    answer = (_, response) => sendJson(response, result)
    const app = { id: '/a' }
    await marathon.updateApp('/a/b?c', app)
    await marathon.updateApp('a', app, { partial: true, force: true })
    await marathon.deleteApp('//a//b/')
    await marathon.restartApp('/a', { force: true })
    const rollback = await marathon.deleteDeployment('d 1')
    assert.deepEqual(rollback, { deploymentId: 'd-1', version: result.version })
    assert.deepEqual(asked(), [
      'PUT /v2/apps/a/b%3Fc?force=false&partialUpdate=false',
      'PATCH /v2/apps/a?force=true',
      'DELETE /v2/apps/a/b?force=false',
      'POST /v2/apps/a/restart?force=true',
      'DELETE /v2/deployments/d%201?force=false',
    ])
    assert.equal(server.seen[0]!.body, '{"id":"/a"}')
  })

  it('finds the deployment of a new app in its body', async () => {
    answer = (_, response) =>
      sendJson(response, { id: '/a', deployments: [{ id: 'd-9' }], version: 'v' }, 201)
    const created = await marathon.createApp({ id: '/a' })
    assert.equal(created.deploymentId, 'd-9')
    assert.equal(created.app.id, '/a')
  })

  it('finds the deployment of an empty answer in its header', async () => {
    answer = (_, response) => void response.writeHead(200, { 'Marathon-Deployment-Id': 'd-7' }).end()
    assert.deepEqual(await marathon.deleteApp('/a'), { deploymentId: 'd-7', version: null })
  })

  it('reads lists', async () => {
    answer = ({ path }, response) => {
      if (path.includes('/v2/apps')) sendJson(response, { apps: [{ id: '/a' }] })
      else if (path.includes('/v2/queue')) sendJson(response, { queue: [] })
      else if (path.includes('/v2/info'))
        sendJson(response, { version: '1.11.24', marathon_config: { x: null } })
      else if (path.includes('/ping')) response.end('pong')
      else sendJson(response, [{ id: 'd-1' }])
    }
    assert.deepEqual(await marathon.listApps(), [{ id: '/a' }])
    await marathon.listApps({ tasks: true, embed: ['apps.lastTaskFailure'] })
    assert.deepEqual(await marathon.queue({ offers: true }), [])
    assert.equal((await marathon.info()).version, '1.11.24')
    assert.equal((await marathon.deploymentById('d-1'))?.id, 'd-1')
    assert.equal(await marathon.deploymentById('d-2'), null)
    assert.equal(await marathon.ping(), true)
    assert.deepEqual(asked().slice(0, 3), [
      'GET /v2/apps',
      'GET /v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure',
      'GET /v2/queue?embed=lastUnusedOffers',
    ])
  })

  it('tells an app that does not exist from a Marathon that is not there', async () => {
    answer = (_, response) => sendJson(response, { message: "App '/x' does not exist", details: [] }, 404)
    assert.equal(await marathon.getApp('/x'), null)
    assert.equal(await marathon.tasks('/x'), null)
    assert.equal(await marathon.versions('/x'), null)
    answer = (_, response) => void response.writeHead(404).end('404 Not Found: service not found.\n')
    await assert.rejects(marathon.getApp('/x'), { code: 'E_NOT_FOUND', message: /service not found/ })
  })

  it('does not take another service for Marathon', async () => {
    answer = (_, response) => sendJson(response, { hello: 1 })
    await assert.rejects(marathon.listApps(), { code: 'E_UNEXPECTED_ANSWER' })
    await assert.rejects(marathon.getApp('/x'), { code: 'E_UNEXPECTED_ANSWER' })
    await assert.rejects(marathon.deployments(), { code: 'E_UNEXPECTED_ANSWER' })
  })

  it('reads Marathon’s events', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end('event: deployment_success\r\ndata: {"id":"d-1"}\r\n\r\n')
    }
    for await (const event of marathon.events(undefined, ['deployment_success'])) {
      assert.deepEqual(event, { event: 'deployment_success', data: '{"id":"d-1"}' })
    }
    assert.deepEqual(asked(), ['GET /v2/events?event_type=deployment_success'])
  })

  it('reads Mesos, dcos-net and the embedded cluster', async () => {
    const answers: Record<string, unknown> = {
      '/mesos/master/state': { frameworks: [{ id: 'f', name: 'kafka' }] },
      '/net/v1/vips': [{ vip: 'a.marathon.l4lb.thisdcos.directory:80', protocol: 'tcp', backend: [] }],
      '/net/v1/records': [{ name: 'a', host: '1.2.3.4', rtype: 'A' }],
      '/local/v1/vips': [],
      '/local/v1/status': { engine: 'userspace' },
    }
    answer = ({ path }, response) => sendJson(response, answers[path])
    assert.equal((await readMesosState(http, `${server.url}/mesos`)).frameworks![0]!.name, 'kafka')
    assert.equal((await readNetVips(http))![0]!.protocol, 'tcp')
    assert.equal((await readNetRecords(http))!.length, 1)
    assert.deepEqual(await readLocalVips(http), [])
    assert.deepEqual(await readLocalStatus(http), { engine: 'userspace' })
    answer = (_, response) => void response.writeHead(404).end()
    assert.equal(await readNetVips(http), null)
    assert.equal(await readLocalVips(http), null)
    assert.equal(await readLocalStatus(http), null)
  })

  it('hands over what a service answers, but not what the cluster refuses', async () => {
    answer = (_, response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')
    assert.deepEqual(await askService(http, '/path/to/kafka', 'v1/endpoints'), {
      status: 502,
      contentType: 'text/html',
      body: '<html>',
    })
    assert.equal(server.seen[0]!.path, '/service/path/to/kafka/v1/endpoints')
    answer = (_, response) => void response.writeHead(401).end()
    await assert.rejects(askService(http, 'kafka', 'v1/endpoints'), { code: 'E_UNAUTHENTICATED' })
  })
})
