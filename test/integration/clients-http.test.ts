import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import {
  createHttp,
  type Http,
  HttpError,
  type HttpOptions,
  type HttpTarget,
} from '../../src/clients/http.js'
import { UserError } from '../../src/shared/errors.js'
import {
  type Answering,
  sendJson,
  serve,
  serveTcp,
  TEST_CERTIFICATE,
  type TestServer,
} from './clients-server.js'

const TOKEN = 'eyJhbGciOi.s3cret/token+value=='

describe('HTTP to a cluster', () => {
  const open: { close(): unknown }[] = []
  const logged: string[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
    logged.length = 0
  })

  const keep = async <T extends { close(): unknown }>(one: T | Promise<T>): Promise<T> => {
    const kept = await one
    open.push(kept)
    return kept
  }
  const client = (url: string, target: Partial<HttpTarget> = {}, options: HttpOptions = {}): Http => {
    const defaults = { token: TOKEN, tls: { verify: true, ca: null }, timeoutMs: 5000 }
    const http = createHttp(
      { url, ...defaults, ...target },
      { log: (line) => logged.push(line), version: '1.2.3', ...options },
    )
    open.push(http)
    return http
  }
  const answering = async (answer: Answering): Promise<{ server: TestServer; http: Http }> => {
    const server = await keep(serve(answer))
    return { server, http: client(server.url) }
  }
  /** The error of a request, after a look for the token in everything that could be shown of it. */
  const failure = async (asked: Promise<unknown>): Promise<HttpError> => {
    try {
      await asked
    } catch (thrown) {
      assert.ok(thrown instanceof HttpError, `not an HttpError: ${inspect(thrown)}`)
      const shown = [inspect(thrown, { depth: 9, showHidden: true }), JSON.stringify(thrown), ...logged].join(
        '\n',
      )
      assert.ok(!shown.includes(TOKEN), `the token shows: ${shown}`)
      assert.ok(!shown.includes(encodeURIComponent(TOKEN)), 'the encoded token shows')
      assert.ok(thrown.next.length > 0, 'says nothing to do')
      return thrown
    }
    throw new assert.AssertionError({ message: 'the request did not fail' })
  }

  it('sends token, user agent, query and JSON', async () => {
    const { server, http } = await answering((request, response) => sendJson(response, { got: request.body }))
    const answer = await http.json<{ got: string }>('/a/b', {
      method: 'POST',
      body: { x: 'ü' },
      query: { force: true, embed: ['a', 'b c'], none: undefined },
    })
    assert.equal(answer.got, '{"x":"ü"}')
    const [seen] = server.seen
    assert.equal(seen!.path, '/a/b?force=true&embed=a&embed=b+c')
    assert.equal(seen!.headers.authorization, `token=${TOKEN}`)
    assert.equal(seen!.headers['user-agent'], 'dcos-vip/1.2.3')
    assert.equal(seen!.headers['content-type'], 'application/json')
    assert.match(logged.join('\n'), /→ POST http:.*\/a\/b[\s\S]*← 200 \d+ ms/)
    assert.ok(!logged.join().includes(TOKEN))
  })

  it('sends no token where there is none, and none to another origin', async () => {
    const { server } = await answering((_, response) => sendJson(response, {}))
    await client(server.url, { token: null }).json('/')
    await client('http://other.example').json(`${server.url}/x`)
    assert.deepEqual(
      server.seen.map((seen) => seen.headers.authorization),
      [undefined, undefined],
    )
  })

  it('keeps connections', async () => {
    const ports = new Set<number | undefined>()
    const { http } = await answering((_, response) => {
      ports.add(response.socket?.remotePort)
      sendJson(response, {})
    })
    for (let i = 0; i < 3; i++) await http.json('/')
    assert.equal(ports.size, 1)
  })

  it('gives allowed statuses back, as null where JSON was asked for', async () => {
    const { http } = await answering((_, response) => sendJson(response, { message: 'no' }, 404))
    assert.equal(await http.json('/x', { allow: [404] }), null)
    assert.equal((await http.send('/x', { allow: [404] })).status, 404)
    assert.equal((await failure(http.send('/x'))).status, 404)
  })

  const statuses: [string, number, Record<string, string>, string, Partial<HttpError>, RegExp][] = [
    [
      '401',
      401,
      { 'content-type': 'text/html' },
      '<html><title>401</title>',
      { code: 'E_UNAUTHENTICATED' },
      /DCOS_ACS_TOKEN/,
    ],
    ['403', 403, {}, '{"message":"nope"}', { code: 'E_FORBIDDEN' }, /nope/],
    ['404', 404, {}, '404 Not Found: service not found.', { code: 'E_NOT_FOUND' }, /service not found/],
    [
      '409 of a lock',
      409,
      {},
      '{"message":"App is locked","deployments":[{"id":"d-1"},{"id":"d-2"}]}',
      { code: 'E_LOCKED', exitCode: 1 },
      /d-1, d-2[\s\S]*--force/,
    ],
    [
      '409 of a twin',
      409,
      {},
      '{"message":"An app with id [/x] already exists."}',
      { code: 'E_CONFLICT' },
      /already exists/,
    ],
    [
      '422',
      422,
      {},
      '{"message":"Object is not valid","details":[{"path":"/cpus","errors":["must be > 0","two"]}]}',
      { code: 'E_DEFINITION_REFUSED', exitCode: 3 },
      /not valid\n {2}\/cpus: must be > 0\n {2}\/cpus: two/,
    ],
    [
      '400 with fields',
      400,
      {},
      '{"message":"Invalid JSON","details":[{"path":"/id","errors":["e"]}]}',
      { code: 'E_DEFINITION_REFUSED' },
      /\/id: e/,
    ],
    [
      '400 without',
      400,
      {},
      '{"message":"Invalid JSON","details":"at 1"}',
      { code: 'E_REFUSED', exitCode: 1 },
      /at 1/,
    ],
    ['500', 500, {}, '', { code: 'E_CLUSTER_ERROR' }, /failed \(500\)\.\n/],
    [
      '502 page',
      502,
      { 'content-type': 'text/html' },
      '<html><head><title>502 Bad\n Gateway</title>',
      { code: 'E_CLUSTER_ERROR' },
      /“502 Bad Gateway”[\s\S]*wait/,
    ],
    ['503 that names no time', 503, {}, 'busy \u001b[31m', { code: 'E_CLUSTER_ERROR' }, /busy \[31m/],
  ]
  for (const [name, status, headers, body, expected, text] of statuses) {
    it(`explains ${name}`, async () => {
      const { http, server } = await answering(
        (_, response) => void response.writeHead(status, headers).end(body),
      )
      const error = await failure(http.json('/v2/apps', { method: 'POST', body: {} }))
      for (const [key, value] of Object.entries(expected))
        assert.equal(error[key as keyof HttpError], value, key)
      assert.equal(error.status, status)
      assert.ok(error.message.startsWith(`POST ${server.url}/v2/apps: `))
      assert.match([error.message, ...error.next].join('\n'), text)
      assert.equal(server.seen.length, 1, 'a write is sent once')
    })
  }

  it('blanks a token that the cluster sends back', async () => {
    const { http } = await answering((request, response) => {
      response.writeHead(400).end(`you sent ${request.headers.authorization} to ${request.path}`)
    })
    const error = await failure(http.json(`/x?t=${encodeURIComponent(TOKEN)}`))
    assert.match(error.message, /you sent token=\*{8}/)
  })

  const bodies: [string, Record<string, string>, string, string, RegExp][] = [
    [
      'a login page',
      { 'content-type': 'text/html' },
      '<!DOCTYPE html><title> Sign in &amp; go </title>',
      'E_NOT_JSON',
      /web page titled “Sign in &amp; go”/,
    ],
    [
      'a page that says it is JSON',
      { 'content-type': 'application/json' },
      '<html></html>',
      'E_NOT_JSON',
      /a web page/,
    ],
    [
      'half a JSON',
      { 'content-type': 'application/json' },
      '{"apps":[{"id":"/a"',
      'E_BROKEN_JSON',
      /near “\{"apps":\[\{"id":"\/a"”/,
    ],
    ['nothing', {}, '', 'E_EMPTY_ANSWER', /empty/],
    ['text', { 'content-type': 'text/plain' }, 'pong', 'E_NOT_JSON', /no JSON \(text\/plain\): “pong”/],
  ]
  for (const [name, headers, body, code, message] of bodies) {
    it(`says so when ${name} comes back instead of JSON`, async () => {
      const { http } = await answering((_, response) => void response.writeHead(200, headers).end(body))
      const error = await failure(http.json('/v2/apps'))
      assert.equal(error.code, code)
      assert.match(error.message, message)
    })
  }

  it('reads JSON of the wrong type and with a byte order mark', async () => {
    const { http } = await answering((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('\ufeff{"a":1}')
    })
    assert.deepEqual(await http.json('/'), { a: 1 })
  })

  it('follows a redirect of a reading at home, and no other', async () => {
    const stranger = await keep(serve((_, response) => sendJson(response, {})))
    const { server, http } = await answering((request, response) => {
      if (request.path === '/there') return sendJson(response, { here: true })
      const location = request.path === '/away' ? `${stranger.url}/x` : '/there'
      response.writeHead(302, { location }).end()
    })
    assert.deepEqual(await http.json('/moved'), { here: true })
    const away = await failure(http.json('/away'))
    assert.equal(away.code, 'E_REDIRECTED')
    assert.ok(away.next.join().includes(stranger.url))
    assert.equal((await failure(http.json('/moved', { method: 'PUT', body: {} }))).code, 'E_REDIRECTED')
    assert.equal(stranger.seen.length, 0)
    assert.deepEqual(
      server.seen.map((seen) => `${seen.method} ${seen.path}`),
      ['GET /moved', 'GET /there', 'GET /away', 'PUT /moved'],
    )
  })

  it('says that nothing listens, and how to start the embedded cluster', async () => {
    const server = await serve(() => {})
    await server.close()
    const error = await failure(client(server.url).json('/v2/apps'))
    assert.equal(error.code, 'E_CLUSTER_UNREACHABLE')
    assert.match(
      [error.message, ...error.next].join('\n'),
      /GET http.*nothing listens at 127[\s\S]*dcos local up/,
    )
  })

  it('says that a host name does not exist', async () => {
    const error = await failure(client('http://no-such-host.invalid').json('/'))
    assert.equal(error.code, 'E_CLUSTER_UNREACHABLE')
    assert.match(error.message, /no-such-host\.invalid/)
  })

  it('says that the answer takes too long, and that a write may have been done', async () => {
    const { http } = await answering(() => {})
    const reading = await failure(http.json('/', { timeoutMs: 80 }))
    assert.equal(reading.code, 'E_TIMEOUT')
    assert.match(reading.message, /within 0\.08 seconds/)
    assert.doesNotMatch(reading.next.join(), /carried it out/)
    const writing = await failure(http.json('/', { method: 'PUT', body: {}, timeoutMs: 80 }))
    assert.match(writing.next.join(), /may have carried it out/)
  })

  it('tries a reading again after a broken connection, a few times only', async () => {
    let asked = 0
    const { http } = await answering((_, response) => {
      asked++
      if (asked < 3) response.destroy()
      else sendJson(response, { asked })
    })
    assert.deepEqual(await http.json('/'), { asked: 3 })
    asked = -10
    assert.equal((await failure(http.json('/'))).code, 'E_CONNECTION_LOST')
    assert.equal(asked, -7)
  })

  it('never repeats a write', async () => {
    let asked = 0
    const { http } = await answering((_, response) => {
      asked++
      response.destroy()
    })
    const error = await failure(http.json('/', { method: 'POST', body: {} }))
    assert.equal(error.code, 'E_CONNECTION_LOST')
    assert.equal(asked, 1)
  })

  it('comes back when a 503 says when, unless that is far away', async () => {
    let asked = 0
    const { http } = await answering((request, response) => {
      if (asked++ > 0) return sendJson(response, {})
      response.writeHead(503, { 'retry-after': request.path === '/soon' ? '0' : '3600' }).end()
    })
    await http.json('/soon')
    assert.equal(asked, 2)
    asked = 0
    assert.equal((await failure(http.json('/late'))).code, 'E_CLUSTER_ERROR')
    assert.equal(asked, 1)
  })

  it('says that the answer broke off midway', async () => {
    const server = await keep(
      serveTcp((socket) => {
        socket.once('data', () => {
          socket.end(
            'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"apps":',
          )
        })
      }),
    )
    assert.equal((await failure(client(server.url).json('/'))).code, 'E_CONNECTION_LOST')
  })

  it('says that what answers is no HTTP', async () => {
    const server = await keep(serveTcp((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')))
    const error = await failure(client(server.url).json('/'))
    assert.equal(error.code, 'E_NOT_HTTP')
  })

  it('says that a port speaks plain HTTP', async () => {
    const { server } = await answering((_, response) => sendJson(response, {}))
    const error = await failure(client(server.url.replace('http:', 'https:')).json('/'))
    assert.equal(error.code, 'E_TLS')
    assert.match(error.next.join(), /http:\/\/127/)
  })

  it('checks certificates: unknown, trusted by a bundle, not checked', async () => {
    const server = await keep(serve((_, response) => sendJson(response, { ok: 1 }), { tls: true }))
    const error = await failure(client(server.url).json('/'))
    assert.equal(error.code, 'E_TLS')
    assert.match(error.next.join(), /DCOS_TLS_CA_PATH/)
    const dir = await mkdtemp(join(tmpdir(), 'dcos-ca-'))
    open.push({ close: () => rm(dir, { recursive: true }) })
    const ca = join(dir, 'ca.crt')
    await writeFile(ca, TEST_CERTIFICATE)
    assert.deepEqual(await client(server.url, { tls: { verify: true, ca } }).json('/'), { ok: 1 })
    assert.deepEqual(await client(server.url, { tls: { verify: false, ca: null } }).json('/'), { ok: 1 })
    const misnamed = client(server.url.replace('localhost', '127.0.0.1'), { tls: { verify: true, ca } })
    assert.match((await failure(misnamed.json('/'))).message, /certificate is for another name/)
    for (const bad of [join(dir, 'none'), dir]) {
      const broken = client(server.url, { tls: { verify: true, ca: bad } }).json('/')
      await assert.rejects(broken, (thrown) => thrown instanceof UserError && thrown.code === 'E_TLS_CA')
    }
  })

  it('stops with the reason of the signal', async () => {
    const stop = new AbortController()
    const server = await keep(serve(() => stop.abort(new Error('interrupted'))))
    await assert.rejects(client(server.url, {}, { signal: stop.signal }).json('/'), /interrupted/)
    await assert.rejects(client(server.url, {}, { signal: stop.signal }).json('/'), /interrupted/)
    assert.equal(server.seen.length, 1)
  })

  it('runs many requests at the same time without a warning of Node', async () => {
    const { server } = await answering((_, response) => sendJson(response, {}))
    const http = client(server.url, {}, { signal: new AbortController().signal })
    const warnings: string[] = []
    const note = (warning: Error) => warnings.push(warning.name)
    process.on('warning', note)
    try {
      await Promise.all(Array.from({ length: 20 }, () => http.json('/')))
      await new Promise((resolve) => setImmediate(resolve))
    } finally {
      process.off('warning', note)
    }
    assert.deepEqual(warnings, [])
  })

  describe('events', () => {
    it('come one by one, until the caller stops', async () => {
      let closed: () => void
      const gone = new Promise<void>((resolve) => {
        closed = resolve
      })
      const { http, server } = await answering((_, response) => {
        response.on('close', () => closed())
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(': hello\r\n\r\nevent: a\r\ndata: {"x":\r\ndata: 1}\r\n\r\ndata: second\n\n')
      })
      const got: unknown[] = []
      for await (const event of http.events('/v2/events')) {
        got.push(event)
        if (got.length === 2) break
      }
      assert.deepEqual(got, [
        { event: 'a', data: '{"x":\n1}' },
        { event: 'message', data: 'second' },
      ])
      assert.equal(server.seen[0]!.headers.accept, 'text/event-stream')
      await gone
    })

    it('end quietly with the caller’s signal and with the server', async () => {
      const stop = new AbortController()
      const { http } = await answering((request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: 1\n\n')
        if (request.path === '/short') response.end()
      })
      for await (const event of http.events('/long', stop.signal)) {
        assert.equal(event.data, '1')
        stop.abort()
      }
      const got: string[] = []
      for await (const event of http.events('/short')) got.push(event.data)
      assert.deepEqual(got, ['1'])
    })

    it('fail like any request', async () => {
      const { http } = await answering((request, response) => {
        if (request.path === '/401') return void response.writeHead(401).end('<html>')
        if (request.path === '/page') {
          return void response
            .writeHead(200, { 'content-type': 'text/html' })
            .end('<html><title>Login</title>')
        }
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write('data: 1\n\n', () => response.destroy())
      })
      const drain = async (path: string) => {
        for await (const _ of http.events(path));
      }
      assert.equal((await failure(drain('/401'))).code, 'E_UNAUTHENTICATED')
      assert.match((await failure(drain('/page'))).message, /“Login”/)
      assert.equal((await failure(drain('/cut'))).code, 'E_CONNECTION_LOST')
    })
  })
})
