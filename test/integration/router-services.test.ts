import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { eventually, useCluster } from '../support/local-cluster.js'

/** What a task of the test runs: it tells what it was asked, and does what paths ask for. */
const SERVICE = `
const http = require('http'), port = process.env.PORT0
http.createServer((q, s) => {
  const path = q.url.split('?')[0]
  if (path.endsWith('/away')) { s.writeHead(302, { location: q.headers['x-to'] || '/there' }); return s.end() }
  if (path.endsWith('/hang')) return q.on('close', () => console.log('left'))
  if (path.endsWith('/drip')) { s.write('one'); q.resume(); return q.on('data', (d) => s.write(d)).on('end', () => s.end('end')) }
  if (path.endsWith('/cut')) { s.write('part'); return setTimeout(() => s.destroy(), 20) }
  let body = 0
  q.on('data', (d) => { body += d.length }).on('end', () => {
    s.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'x-own': 'yes' })
    s.end(JSON.stringify({ method: q.method, url: q.url, headers: q.headers, body }))
  })
}).listen(port, '127.0.0.1')`

describe('router: services', () => {
  const cluster = useCluster()
  const service = (id: string, name: string, more: Record<string, string> = {}, index = '0') => ({
    id,
    cmd: `exec '${process.execPath}' -e "$CODE"`,
    env: { CODE: SERVICE },
    portDefinitions: [{ port: 0 }],
    healthChecks: [{ protocol: 'TCP', intervalSeconds: 0, portIndex: 0 }],
    labels: { DCOS_SERVICE_NAME: name, DCOS_SERVICE_SCHEME: 'http', DCOS_SERVICE_PORT_INDEX: index, ...more },
  })

  before(() =>
    Promise.all(
      [
        service('/kafka', 'kafka'),
        service('/nested', '/team/one/kafka'),
        service('/plain', 'plain', { DCOS_SERVICE_REWRITE_REQUEST_URLS: 'false' }),
        service('/half', 'half', {}, 'first'),
      ].map((app) => cluster.run(app)),
    ),
  )

  it('get the path behind their name, the query, the body and the headers, but no secret', async () => {
    const answer = await cluster.api('/service/kafka/v1/endpoints?a=b%20c', {
      method: 'POST',
      body: 'x'.repeat(1000),
      headers: {
        cookie: `dcos-acs-auth-cookie=${cluster.token}; mine=1; dcos-acs-info-cookie=x`,
        'proxy-authorization': 'secret',
        'x-mine': 'yes',
      },
    })
    assert.equal(answer.status, 200, answer.text)
    const { method, url, headers, body } = answer.json
    assert.deepEqual([method, url, body], ['POST', '/v1/endpoints?a=b%20c', 1000])
    assert.deepEqual([headers.cookie, headers['x-mine'], headers.authorization], ['mine=1', 'yes', undefined])
    assert.ok(!JSON.stringify(headers).includes(cluster.token) && !headers['proxy-authorization'])
    assert.deepEqual([answer.headers['set-cookie'], answer.headers['x-own']], [['a=1', 'b=2'], 'yes'])
  })

  const paths: [string, string][] = [
    ['/service/kafka/', '/'],
    ['/service/kafka/?x=1', '/?x=1'],
    ['/service//kafka//v1', '/v1'],
    ['//service/kafka/v1', '/v1'],
    ['/service/team/one/kafka/v1', '/v1'],
    ['/service/team/one/kafka', '/'],
    ['/service/plain/v1?x', '/service/plain/v1?x'],
    ['/service/kafka/a%2Fb', '/a%2Fb'],
  ]
  for (const [asked, seen] of paths)
    it(`${asked} is ${seen} for the service`, async () => {
      const answer = await cluster.api(asked)
      assert.equal(answer.json?.url, seen, answer.text)
    })

  it('have a slash behind their name, or are led to it', async () => {
    const answer = await cluster.api('/service/kafka?x=1')
    assert.deepEqual([answer.status, answer.headers.location], [301, '/service/kafka/?x=1'])
  })

  it('that nobody runs, or whose labels are incomplete, are not found', async () => {
    for (const path of ['/service/nobody/', '/service/half/', '/service/team/one/x', '/service/team/'])
      assert.deepEqual(
        [(await cluster.api(path)).status, (await cluster.api(path)).text],
        [404, '404 Not Found: service not found.\n'],
      )
  })

  it('lead back under their own path', async () => {
    const { ports } = (await cluster.tasks('/kafka'))[0]
    const location = async (path: string, to: string) =>
      (await cluster.api(path, { headers: { 'x-to': to } })).headers.location
    assert.equal(await location('/service/kafka/away', '/there?x'), '/service/kafka/there?x')
    assert.equal(
      await location('/service/kafka/away', `http://127.0.0.1:${ports[0]}/there`),
      '/service/kafka/there',
    )
    assert.equal(await location('/service/kafka/away', 'http://other.example/'), 'http://other.example/')
    assert.equal(await location('/service/kafka/away', '//other.example/'), '//other.example/')
    assert.equal(await location('/service/kafka/away', 'next'), 'next')
    assert.equal(await location('/service/plain/away', '/there'), '/there')
  })

  it('stream both ways', async () => {
    const request = open('POST', '/service/kafka/drip')
    request.write('first')
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    let heard = ''
    response.setEncoding('utf8').on('data', (piece) => {
      heard += piece
    })
    await eventually(() => (heard === 'onefirst' ? true : undefined), 'the first piece')
    request.write('second')
    await eventually(() => (heard === 'onefirstsecond' ? true : undefined), 'the second piece')
    request.end()
    await once(response, 'end')
    assert.equal(heard, 'onefirstsecondend')
  })

  it('take more than the cluster itself would', async () => {
    const answer = await cluster.api('/service/kafka/', { method: 'PUT', body: 'x'.repeat(20_000_000) })
    assert.equal(answer.json.body, 20_000_000)
  })

  it('get a body with GET in pieces as such a body', async () => {
    const request = open('GET', '/service/kafka/x', { 'transfer-encoding': 'chunked' })
    request.end('hello')
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    let text = ''
    for await (const piece of response.setEncoding('utf8')) text += piece
    assert.equal(JSON.parse(text).body, 5)
  })

  it('learn that a client has left', async () => {
    const request = open('GET', '/service/kafka/hang')
    request.end()
    const [task] = await cluster.tasks('/kafka')
    const { readFileSync } = await import('node:fs')
    const established = () =>
      readFileSync('/proc/net/tcp', 'utf8').includes(`:${task.ports[0].toString(16).toUpperCase()} `)
    if (process.platform === 'linux') await eventually(() => (established() ? true : undefined))
    await new Promise((soon) => setTimeout(soon, 50))
    request.destroy()
    const log = `${cluster.paths.agent}/tasks/${task.id}/stdout`
    await eventually(
      () => (readFileSync(log, 'utf8').includes('left') ? true : undefined),
      'the service to see it',
    )
  })

  it('that break off are broken off', async () => {
    await assert.rejects(cluster.api('/service/kafka/cut'), /aborted|hang up|ECONNRESET/)
    assert.equal((await cluster.api('/service/kafka/')).status, 200)
  })

  it('that talk nonsense or are down are a bad gateway', async () => {
    const [task] = await cluster.tasks('/kafka')
    await cluster.marathon('/v2/apps/kafka', { method: 'PATCH', body: { healthChecks: [] } })
    await cluster.deployed('/kafka')
    await cluster.run({ ...service('/deaf', 'deaf'), cmd: 'exec sleep 600', healthChecks: [] })
    const down = await cluster.api('/service/deaf/')
    assert.equal(down.status, 502)
    assert.match(down.text, /502 Bad Gateway/)
    const [deaf] = await cluster.tasks('/deaf')
    for (const nonsense of [
      'nonsense\r\n\r\n',
      'HTTP/1.1 200 O\u0001K\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nX: \u0001\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      '',
    ]) {
      const liar = net.createServer((socket) =>
        socket.on('error', () => {}).once('data', () => socket.end(nonsense)),
      )
      await new Promise<void>((listening) => liar.listen(deaf.ports[0], '127.0.0.1', listening))
      const answer = await cluster.api('/service/deaf/')
      assert.ok(
        answer.status === 502 || nonsense.includes('O\u0001K'),
        `${JSON.stringify(nonsense)} ${answer.status}`,
      )
      liar.close()
      await once(liar, 'close')
    }
    assert.notEqual(task.id, undefined)
    assert.equal((await cluster.api('/service/plain/')).status, 200)
  })

  function open(method: string, path: string, headers: Record<string, string> = {}): http.ClientRequest {
    const request = http.request(`${cluster.running.url}${path}`, {
      method,
      agent: false,
      headers: { authorization: `token=${cluster.token}`, ...headers },
    })
    return request.on('error', () => {})
  }
})
