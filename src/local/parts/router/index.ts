import fastify, { type FastifyInstance } from 'fastify'
import { vipAddress } from '../../../domain/names.js'
import type { VipEntry } from '../../../domain/vip.js'
import { messageOf, UserError } from '../../../shared/errors.js'
import type { ClusterPart, PartHealth } from '../../kit/part.js'
import { refusalOf } from './guard.js'
import { mesosState, mesosSummary } from './mesos-state.js'
import { serviceProxy } from './service-proxy.js'
import type { RouterSources } from './sources.js'

/** The DC/OS release whose paths and answers are followed. */
export const DCOS_VERSION = '2.2.0'
const BODY_LIMIT = 16 * 1024 * 1024

/** Where the router listens and whom it lets in. */
export interface RouterOptions {
  host: string
  /** 0 = any free port. */
  port: number
  token: string
  sources: RouterSources
  log: (line: string) => void
}

/** Admin Router: the one door of the cluster. */
export class RouterPart implements ClusterPart {
  readonly name = 'router'
  private server: FastifyInstance | undefined
  private listening = 0

  constructor(private readonly options: RouterOptions) {}

  /** The port it listens on; 0 before the start. */
  get port(): number {
    return this.listening
  }

  async start(): Promise<void> {
    const server = fastify({
      bodyLimit: BODY_LIMIT,
      forceCloseConnections: true,
      routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 4096 },
    })
    this.server = server
    this.guard(server)
    server.addHook('onError', async (request, _reply, error) => {
      if ((error as { statusCode?: number }).statusCode === undefined && !('status' in error))
        this.options.log(`${request.method} ${request.url}: ${error.stack ?? error.message}`)
    })
    await this.routes(server)
    try {
      await server.listen({ host: this.options.host, port: this.options.port })
    } catch (error) {
      throw portError(error, this.options)
    }
    const address = server.server.address()
    this.listening = typeof address === 'object' && address !== null ? address.port : 0
  }

  async stop(): Promise<void> {
    await this.server?.close()
    this.server = undefined
  }

  health(): PartHealth {
    return { healthy: this.server !== undefined, detail: `http://${this.options.host}:${this.listening}` }
  }

  private guard(server: FastifyInstance): void {
    server.addHook('onRequest', async (request, reply) => {
      const path = (request.raw.url ?? '').split('?')[0]!
      const refusal = refusalOf(path, request.headers, this.listening, this.options.token)
      if (refusal === null) return
      reply.code(refusal.status).type('text/html; charset=UTF-8')
      if (refusal.status === 401) reply.header('WWW-Authenticate', 'oauthjwt')
      const title = refusal.status === 401 ? '401 Authorization Required' : '403 Forbidden'
      return reply.send(
        `<html><head><title>${title}</title></head><body>${title}: ${refusal.message}</body></html>\n`,
      )
    })
  }

  private async routes(server: FastifyInstance): Promise<void> {
    const { sources } = this.options
    server.removeAllContentTypeParsers()
    server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    )
    server.setNotFoundHandler((_request, reply) => reply.code(404).send({ message: 'not found' }))
    for (const prefix of ['/service/marathon', '/marathon'])
      await server.register((scope) => sources.marathon(scope), { prefix })
    await server.register(async (scope) => serviceProxy(scope, sources))
    clusterRoutes(server, sources)
    netRoutes(server, sources)
    localRoutes(server, sources)
  }
}

function clusterRoutes(server: FastifyInstance, sources: RouterSources): void {
  server.get('/', () => ({ cluster: 'DC/OS compatible, embedded', 'dcos-version': DCOS_VERSION }))
  server.get('/dcos-metadata/dcos-version.json', () => ({
    version: DCOS_VERSION,
    'dcos-image-commit': 'embedded',
    'bootstrap-id': 'embedded',
    'dcos-variant': 'open',
  }))
  server.get('/metadata', () => ({ PUBLIC_IPV4: sources.agent.ip, CLUSTER_ID: sources.clusterId }))
  server.get('/pkgpanda/active.buildinfo.full.json', () => ({}))
  for (const path of ['/mesos/state', '/mesos/master/state']) server.get(path, () => mesosState(sources))
  for (const path of ['/mesos/state-summary', '/mesos/master/state-summary'])
    server.get(path, () => mesosSummary(sources))
}

/** dcos-net's REST interface behind `/net/`. Virtual IPs are shown as they are in DC/OS, 11.A.B.C; names of Mesos-DNS are not its own. */
function netRoutes(server: FastifyInstance, sources: RouterSources): void {
  const { agent } = sources
  server.get('/net/v1/vips', () => sources.table().map(vipJson))
  server.get('/net/v1/records', () =>
    sources.addresses().map(({ name, address }) => ({
      name,
      host: address,
      rtype: address.includes(':') ? 'AAAA' : 'A',
    })),
  )
  server.get('/net/v1/hosts/:host', (request) => {
    const host = (request.params as { host: string }).host.toLowerCase().replace(/\.$/, '')
    return sources
      .addresses()
      .filter(({ name, address }) => name === host && !address.includes(':'))
      .map(({ name, address }) => ({ host: name, ip: address }))
  })
  server.get('/net/v1/nodes', () => [
    {
      private_ip: agent.ip,
      public_ips: [agent.ip],
      hostname: agent.host,
      updated: new Date(sources.now()).toISOString(),
    },
  ])
  server.get('/net/v1/version', () => ({ Service: 'dcos-dns', Version: sources.version }))
  for (const path of ['/net/v1/config', '/net/v1/enumerate'])
    server.get(path, (_request, reply) => reply.code(501).send())
}

/** What only this cluster has; its own commands read it. */
function localRoutes(server: FastifyInstance, sources: RouterSources): void {
  server.get('/local/v1/vips', () => sources.localVips())
  server.get('/local/v1/status', () => ({ ...sources.status(), parts: sources.parts() }))
}

/** One element of `/v1/vips`: IPv6 without brackets, weight-0 backends included. Source: dcos-net, `dcos_rest_vips_handler`. */
function vipJson({ key, backends }: VipEntry): Record<string, unknown> {
  const vip = key.kind === 'named' ? vipAddress(key.label, key.framework, key.port) : `${key.ip}:${key.port}`
  return { vip, protocol: key.protocol, backend: backends.map(({ ip, port }) => ({ ip, port })) }
}

function portError(error: unknown, { host, port }: RouterOptions): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return new UserError(
      'E_PORT_IN_USE',
      `Something else listens on ${host}:${port}, where the cluster is to answer.`,
      {
        next: ['Stop it, or choose another port: `dcos local up --port 7781` (0 = any free one).'],
        cause: error,
      },
    )
  if (code === 'EACCES')
    return new UserError('E_PORT_REFUSED', `The system does not let this user listen on port ${port}.`, {
      next: ['Choose a port above 1023: `dcos local up --port 7780`.'],
      cause: error,
    })
  return new UserError(
    'E_PORT_UNUSABLE',
    `The cluster cannot listen on ${host}:${port}: ${messageOf(error)}.`,
    { cause: error },
  )
}
