import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RouterSources, ServiceTarget } from './sources.js'

/** Headers that belong to one connection, and those that are the cluster's secret. */
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'authorization',
])
const BACKEND_TIMEOUT_MS = 60_000
const BAD_GATEWAY = '<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n'

/**
 * `/service/<name>/…` to the running task of the app that carries the `DCOS_SERVICE_*` labels, as
 * Admin Router does it. The cluster's token never reaches the service.
 */
export function serviceProxy(server: FastifyInstance, sources: RouterSources): void {
  // Bodies are passed on as they come.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  server.all('/service/*', (request, reply) => {
    const path = behindService(request.raw.url ?? '')
    const bare = /^([0-9A-Za-z.-]+)(\?.*)?$/s.exec(path)
    if (bare) return reply.redirect(`/service/${bare[1]}/${bare[2] ?? ''}`, 301)
    const target = sources.serviceTarget(path.split('?')[0]!)
    if (target === null) return reply.code(404).type('text/html').send('404 Not Found: service not found.\n')
    reply.hijack()
    forward(request, reply, target, `/${target.rewrite ? withoutName(path, target.name) : `service/${path}`}`)
  })
}

/** What stands behind `/service/` as it was sent; slashes may be doubled, and a proxy's client sends whole URLs. */
function behindService(url: string): string {
  return url.replace(/^(?:https?:\/\/[^/?]*)?\/+service\/+/i, '')
}

function withoutName(path: string, name: string): string {
  const segments = name.split('/').length
  return path.replace(new RegExp(`^(?:/*[^/?]+){${segments}}/*`), '')
}

function forward(request: FastifyRequest, reply: FastifyReply, target: ServiceTarget, path: string): void {
  const out = reply.raw
  const chunked = request.headers['transfer-encoding'] === undefined ? {} : { 'transfer-encoding': 'chunked' }
  const upstream = (target.scheme === 'https' ? https : http).request({
    host: target.host,
    port: target.port,
    method: request.method,
    path,
    headers: { ...passedOn(request.headers), ...chunked, host: `${target.host}:${target.port}` },
    agent: false,
    rejectUnauthorized: false,
    timeout: BACKEND_TIMEOUT_MS,
  })
  const fail = () => {
    upstream.destroy()
    if (out.headersSent || out.destroyed) return out.destroy()
    out.writeHead(502, 'Bad Gateway', { 'Content-Type': 'text/html' })
    out.end(BAD_GATEWAY)
  }
  upstream.on('response', (response) => {
    try {
      answer(response, reply, target)
    } catch {
      // Its headers are not fit to be sent.
      fail()
    }
  })
  // Nobody asked for another protocol, so there is nothing to hand on.
  upstream.on('upgrade', (_response, socket) => {
    socket.destroy()
    fail()
  })
  upstream.on('timeout', () => upstream.destroy(new Error('time-out')))
  upstream.on('error', fail)
  out.on('close', () => upstream.destroy())
  request.raw.pipe(upstream)
}

function answer(response: IncomingMessage, { raw: out }: FastifyReply, target: ServiceTarget): void {
  response.on('error', () => out.destroy())
  out.writeHead(response.statusCode ?? 502, response.statusMessage, {
    ...passedOn(response.headers),
    ...relocated(response.headers.location, target),
  })
  response.pipe(out)
}

/** A redirect of the service leads back under its path here. */
function relocated(location: string | undefined, target: ServiceTarget): Record<string, string> {
  if (location === undefined || !target.rewrite) return {}
  const own = `${target.scheme}://${target.host}:${target.port}`
  const path = location.startsWith(`${own}/`) ? location.slice(own.length) : location
  return /^\/(?!\/)/.test(path) ? { location: `/service/${target.name}${path}` } : {}
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept = Object.entries(headers).filter(
    ([name, value]) => value !== undefined && !NOT_PASSED_ON.has(name),
  )
  const result = Object.fromEntries(kept) as Record<string, string | string[]>
  if (typeof result.cookie === 'string') {
    const others = result.cookie.split(/;\s*/).filter((pair) => !pair.startsWith('dcos-acs-'))
    if (others.length === 0) delete result.cookie
    else result.cookie = others.join('; ')
  }
  return result
}
