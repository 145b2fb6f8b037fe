import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Refusal, refusedAlike } from '../support/built-cluster.js'
import { runCli } from '../support/run-cli.js'

const TOKEN = 'a-secret-that-nobody-may-see'

const json = (text: string): RequestListener => {
  return (_request, reply) => reply.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

/** Clusters that fail, each in its own way. */
const CLUSTERS: Record<string, { says: RegExp; answer: RequestListener }> = {
  'a web page': {
    says: /web page came back/,
    answer: (_request, reply) =>
      reply.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>'),
  },
  'status 500': {
    says: /failed \(500\): boom/,
    answer: (_request, reply) => reply.writeHead(500).end('boom'),
  },
  'status 401': {
    says: /wants a login/,
    answer: (_request, reply) => reply.writeHead(401).end(),
  },
  'half an answer': {
    says: /broke off/,
    answer: (_request, reply) => {
      reply.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      reply.write('{"apps": [', () => reply.destroy())
    },
  },
  'half a JSON': { says: /breaks off or is malformed/, answer: json('{"apps": [{"id": "/a"') },
  'another JSON': { says: /another service seems to answer/, answer: json('{"frameworks": 1, "apps": {}}') },
  'nothing, ever': { says: /within 1 seconds?/, answer: () => {} },
  'the request itself': {
    says: /failed \(500\)/,
    answer: (request, reply) => reply.writeHead(500).end(JSON.stringify(request.headers)),
  },
}

const COMMANDS = [
  ['vip', 'list'],
  ['vip', 'show', 'x:80'],
  ['vip', 'delete', 'x:80'],
  ['vip', 'create', 'x', '-p', '80:0', '--cmd', 'exec sleep 1'],
  ['vip', 'create', '--app', '/x', 'x', '-p', '80:0'],
  ['vip', 'resolve', 'x'],
  ['service', 'endpoints', '--name', 'x'],
]

describe('a cluster that answers', () => {
  for (const [what, { says, answer }] of Object.entries(CLUSTERS)) {
    describe(what, () => {
      let server: Server
      const writes: string[] = []

      before(async () => {
        server = createServer((request, reply) => {
          if (request.method !== 'GET') writes.push(`${request.method} ${request.url}`)
          answer(request, reply)
        }).listen(0, '127.0.0.1')
        await once(server, 'listening')
      })

      after(() => {
        server.close()
        server.closeAllConnections()
        assert.deepEqual(writes, [], 'something was sent though the cluster could not be read')
      })

      for (const words of COMMANDS) {
        it(`fails dcos ${words.join(' ')} with a reason, and no secret`, async () => {
          const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
          const env = { DCOS_URL: url, DCOS_ACS_TOKEN: TOKEN, DCOS_TIMEOUT: '1' }
          const run = (...more: string[]) => runCli([...words, ...more], { env })
          const [human, scripted] = await Promise.all([run('--verbose'), run('--json')])
          const refusal: Refusal = refusedAlike(human, scripted, 1)
          // Services and their apps are two questions; either may be the one that fails.
          if (words[0] === 'vip') assert.match(refusal.text, says)
          assert.ok(refusal.next.length > 0)
          for (const { stdout, stderr } of [human, scripted]) assert.ok(!`${stdout}${stderr}`.includes(TOKEN))
        })
      }
    })
  }
})

describe('a cluster without some of its parts', () => {
  let server: Server
  let url: string

  before(async () => {
    const app = {
      id: '/half',
      portDefinitions: [{ port: 0, protocol: 'tcp', labels: { VIP_0: '/half:80' } }],
    }
    server = createServer((request, reply) => {
      const known = request.url?.startsWith('/service/marathon/v2/apps')
      if (known) json(JSON.stringify({ apps: [app] }))(request, reply)
      else reply.writeHead(request.url?.startsWith('/net/') ? 404 : 503).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })

  after(() => {
    server.close()
  })

  const env = () => ({ DCOS_URL: url, DCOS_ACS_TOKEN: TOKEN, DCOS_TIMEOUT: '2' })

  it('shows what it knows, says what is missing, and guesses nothing', async () => {
    const { code, stdout, stderr } = await runCli(['vip', 'list', '--json'], { env: env() })
    assert.equal(code, 0, stderr)
    const [vip] = JSON.parse(stdout)
    assert.equal(vip.address, 'half.marathon.l4lb.thisdcos.directory:80')
    assert.deepEqual([vip.ip, vip.connect], [null, null])
    assert.match(stderr, /^Warning: going on without Mesos: /m)
  })

  it('does not take missing records for missing names', async () => {
    const words = ['vip', 'resolve', 'half']
    const run = (...more: string[]) => runCli([...words, ...more], { env: env() })
    assert.equal(refusedAlike(await run(), await run('--json'), 1).code, 'E_NO_RECORDS')
  })
})
