import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { DCOS_VERSION } from '../../src/local/parts/router/index.js'
import { ask, useCluster } from '../support/local-cluster.js'

/** Headers of several requests. */
type HeaderList = Record<string, string>[]

describe('router', () => {
  const cluster = useCluster()
  const url = (path: string) => `${cluster.running.url}${path}`

  /** Sends bytes as they are and resolves with all that comes back. */
  async function raw(text: string): Promise<string> {
    const socket = net.connect(Number(new URL(cluster.running.url).port), '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8').on('data', (piece) => {
      answer += piece
    })
    socket.end(text)
    await once(socket, 'close')
    return answer
  }

  it('lets in by token, Bearer and cookie', async () => {
    for (const headers of [
      { authorization: `token=${cluster.token}` },
      { authorization: `Bearer ${cluster.token}` },
      { cookie: `a=b; dcos-acs-auth-cookie=${cluster.token}; c=d` },
    ] as HeaderList)
      assert.equal((await ask(url('/service/marathon/v2/apps'), { headers })).status, 200)
  })

  const wrong: [string, Record<string, string>][] = [
    ['no token', {}],
    ['an empty one', { authorization: 'token=' }],
    ['a wrong one', { authorization: 'token=wrong' }],
    ['a wrong one of the right length', { authorization: `token=${'x'.repeat(43)}` }],
    ['basic authorization', { authorization: 'Basic eDp5' }],
    ['a wrong cookie', { cookie: 'dcos-acs-auth-cookie=wrong' }],
  ]
  for (const [what, headers] of wrong)
    it(`asks for the token: ${what}`, async () => {
      for (const path of [
        '/service/marathon/v2/apps',
        '/mesos/state',
        '/net/v1/vips',
        '/local/v1/status',
        '/nope',
        '/service/x/',
      ]) {
        const answer = await ask(url(path), { headers })
        assert.equal(answer.status, 401, path)
        assert.equal(answer.headers['www-authenticate'], 'oauthjwt')
        assert.match(answer.headers['content-type'] ?? '', /text\/html/)
        assert.ok(!answer.text.includes(cluster.token))
      }
    })

  it('refuses another Host and another Origin, even with the token', async () => {
    const port = new URL(cluster.running.url).port
    for (const headers of [
      { host: 'evil.example' },
      { host: `evil.example:${port}` },
      { host: '127.0.0.1:1' },
      { host: `127.0.0.1.evil.example:${port}` },
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: `https://127.0.0.1:${port}` },
      { origin: 'http://127.0.0.1:1' },
    ] as HeaderList)
      assert.equal(
        (await cluster.api('/service/marathon/v2/apps', { headers })).status,
        403,
        JSON.stringify(headers),
      )
    for (const headers of [
      { host: `localhost:${port}` },
      { origin: `http://127.0.0.1:${port}` },
    ] as HeaderList)
      assert.equal((await cluster.api('/service/marathon/v2/apps', { headers })).status, 200)
    assert.equal((await ask(url('/'), { headers: { host: 'evil.example' } })).status, 403)
  })

  it('tells strangers no more than what it is', async () => {
    const version = await ask(url('/dcos-metadata/dcos-version.json'))
    assert.equal(version.json.version, DCOS_VERSION)
    const root = await ask(url('/'), { method: 'HEAD' })
    assert.equal(root.status, 200)
    for (const secret of [cluster.token, cluster.dcosDir, cluster.running.clusterId])
      assert.ok(!`${version.text}${(await ask(url('/'))).text}`.includes(secret))
    for (const path of [
      '//',
      '/./',
      '/dcos-metadata/',
      '/dcos-metadata/dcos-version.json/x',
      '/?x',
      '//mesos/state',
    ])
      assert.ok([200, 401].includes((await ask(url(path))).status), path)
    assert.equal((await ask(url('//mesos/state'))).status, 401)
  })

  it('answers what clients read when they attach', async () => {
    assert.deepEqual((await cluster.api('/metadata')).json, {
      PUBLIC_IPV4: '127.0.0.1',
      CLUSTER_ID: cluster.running.clusterId,
    })
    assert.equal((await cluster.api('/pkgpanda/active.buildinfo.full.json', { method: 'HEAD' })).status, 200)
    const [node] = (await cluster.api('/net/v1/nodes')).json
    assert.deepEqual(
      [node.private_ip, node.public_ips, node.hostname],
      ['127.0.0.1', ['127.0.0.1'], '127.0.0.1'],
    )
    assert.equal((await cluster.api('/net/v1/version')).json.Service, 'dcos-dns')
    for (const path of ['/net/v1/config', '/net/v1/enumerate'])
      assert.deepEqual([(await cluster.api(path)).status, (await cluster.api(path)).text], [501, ''])
    const status = (await cluster.api('/local/v1/status')).json
    const parts = status.parts as { name: string; healthy: boolean }[]
    assert.deepEqual(
      parts.map(({ name }) => name),
      ['store', 'l4lb', 'dns', 'agent', 'marathon', 'router'],
    )
    assert.ok(parts.every(({ healthy }) => healthy))
    assert.equal((await cluster.api('/cluster/v1/links')).status, 404)
  })

  it('refuses bodies that are too large', async () => {
    const body = `{"id":"/x","cmd":"${'x'.repeat(17 * 1024 * 1024)}"}`
    const answer = await cluster.marathon('/v2/apps', { method: 'POST', body }).catch((error) => error)
    assert.ok(
      answer.status === 413 || answer.code === 'EPIPE' || answer.code === 'ECONNRESET',
      String(answer),
    )
    assert.equal((await cluster.marathon('/v2/apps/x')).status, 404)
  })

  it('takes a body piece by piece, and serves others meanwhile', async () => {
    const body = '{"id":"/slowly","cmd":"true","instances":0}'
    const port = Number(new URL(cluster.running.url).port)
    const socket = net.connect(port, '127.0.0.1')
    socket.write(
      `POST /service/marathon/v2/apps HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: token=${cluster.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`,
    )
    for (const letter of body.slice(0, -1)) {
      socket.write(letter)
      await new Promise(setImmediate)
    }
    assert.equal((await cluster.marathon('/v2/apps')).status, 200)
    const answer = once(socket, 'data')
    socket.write(body.slice(-1))
    assert.match(String((await answer)[0]), /^HTTP\/1\.1 201/)
    socket.destroy()
  })

  it('goes on when clients leave in the middle', async () => {
    const port = new URL(cluster.running.url).port
    const head = `Host: 127.0.0.1:${port}\r\nAuthorization: token=${cluster.token}\r\n`
    await raw(
      `POST /service/marathon/v2/apps HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"id`,
    )
    await raw(`GET /service/marathon/v2/events HTTP/1.1\r\n${head}`)
    assert.equal((await cluster.marathon('/v2/apps')).status, 200)
  })

  const odd = [
    '/..',
    '/../../etc/passwd',
    '/service/marathon/../../local/v1/status',
    '/service/marathon/v2/apps/../../..',
    '/service/%2e%2e/%2e%2e',
    '/service/%00/',
    '/service/%0d%0aX-Evil:1',
    '/service/%zz/',
    '/service/',
    '/service',
    '/%',
    '/net/v1/hosts/%ff',
    `/net/v1/hosts/${'a'.repeat(5000)}`,
    '/service/marathon/v2/apps/%2e%2e%2f%2e%2e',
    '/service/marathon/v2/deployments/%00',
    '/service/marathon/v2/queue/%zz/delay',
    '///',
    '*',
    'http://evil.example/service/x/',
  ]
  for (const path of odd)
    it(`survives ${path.slice(0, 40)}`, async () => {
      const port = new URL(cluster.running.url).port
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
        const answer = await raw(
          `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: token=${cluster.token}\r\nConnection: close\r\n\r\n`,
        )
        assert.match(answer, /^HTTP\/1\.1 [2345]\d\d/, `${method} ${answer.slice(0, 200)}`)
        assert.ok(!/^X-Evil/im.test(answer) && !answer.includes('root:'))
        assert.ok(!/^HTTP\/1\.1 500/.test(answer), answer)
      }
      assert.deepEqual(
        cluster.lines.filter((line) => line.includes('Error')),
        [],
      )
    })
})
