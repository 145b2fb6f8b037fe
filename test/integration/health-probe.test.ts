import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { probeHttp, probeTcp } from '../../src/local/kit/health-probe.js'

const host = '127.0.0.1'

describe('health probes', () => {
  const servers: net.Server[] = []
  const serve = async (server: net.Server) => {
    servers.push(server)
    server.listen(0, host)
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const answer = (status: number, headers = {}) =>
    serve(http.createServer((_, response) => response.writeHead(status, headers).end('body')))

  afterEach(async () => {
    // Not closeAllConnections: a probe that leaks its socket keeps this from ending.
    await Promise.all(servers.splice(0).map((server) => new Promise((closed) => server.close(closed))))
  })

  const statuses: [number, boolean, string][] = [
    [200, true, '200 OK'],
    [204, true, '204 No Content'],
    [399, true, '399'],
    [400, false, '400 Bad Request'],
    [503, false, '503 Service Unavailable'],
  ]
  for (const [status, ok, cause] of statuses) {
    it(`takes HTTP ${status} as ${ok ? 'healthy' : 'unhealthy'}`, async () => {
      const port = await answer(status)
      const result = await probeHttp({ scheme: 'http', host, port, path: '/', timeoutMs: 2000 })
      assert.deepEqual({ ...result, cause: result.cause.replace(' unknown', '') }, { ok, cause })
    })
  }

  it('asks for the path with a connection of its own and follows no redirect', async () => {
    const seen: string[] = []
    const port = await serve(
      http.createServer((request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers.connection}`)
        response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      }),
    )
    const result = await probeHttp({ scheme: 'http', host, port, path: 'health?x=1', timeoutMs: 2000 })
    assert.deepEqual(result, { ok: true, cause: '302 Found' })
    assert.deepEqual(seen, ['GET /health?x=1 close'])
  })

  it('does not verify certificates', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dcos-probe-'))
    try {
      const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
      const subject = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=nobody']
      execFileSync('openssl', ['req', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
      const keys = { key: readFileSync(key), cert: readFileSync(cert) }
      const port = await serve(https.createServer(keys, (_, response) => void response.end('ok')))
      const result = await probeHttp({ scheme: 'https', host, port, path: '/', timeoutMs: 5000 })
      assert.deepEqual(result, { ok: true, cause: '200 OK' })
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it('gives up when time is out or it is taken back, and closes the socket', async () => {
    const port = await serve(http.createServer(() => {}))
    const late = await probeHttp({ scheme: 'http', host, port, path: '/', timeoutMs: 50 })
    assert.deepEqual(late, { ok: false, cause: 'no answer within 50 ms' })
    const stop = new AbortController()
    const waiting = probeHttp({ scheme: 'http', host, port, path: '/', timeoutMs: 0, signal: stop.signal })
    setImmediate(() => stop.abort())
    assert.equal((await waiting).ok, false)
  })

  it('does not wait for the end of an endless body', async () => {
    const port = await serve(http.createServer((_, response) => void response.write('first of many')))
    const result = await probeHttp({ scheme: 'http', host, port, path: '/', timeoutMs: 2000 })
    assert.deepEqual(result, { ok: true, cause: '200 OK' })
  })

  it('says why there was no answer', async () => {
    const port = await answer(200)
    await new Promise((closed) => servers.splice(0)[0]?.close(closed))
    const refused = new RegExp(`ECONNREFUSED.*:${port}`)
    assert.match((await probeHttp({ scheme: 'http', host, port, path: '/', timeoutMs: 2000 })).cause, refused)
    assert.match((await probeTcp({ host, port, timeoutMs: 2000 })).cause, refused)
    assert.match((await probeTcp({ host: 'localhost', port, timeoutMs: 2000 })).cause, /ECONNREFUSED/)
    const odd = await probeHttp({ scheme: 'http', host, port, path: '/a b', timeoutMs: 2000 })
    assert.match(odd.cause, /unescaped/)
    assert.equal(odd.ok, false)
  })

  it('takes a TCP connection as healthy', async () => {
    const port = await serve(net.createServer((socket) => void socket.resume()))
    assert.deepEqual(await probeTcp({ host, port, timeoutMs: 2000 }), { ok: true, cause: 'connected' })
  })
})
