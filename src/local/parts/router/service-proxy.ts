import http, { type IncomingHttpHeaders } from 'node:http'
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
  'authorization',
])
const BACKEND_TIMEOUT_MS = 60_000

/**
 * `/service/<name>/…` to the running task of the app that carries the `DCOS_SERVICE_*` labels, as
 * Admin Router does it. The cluster's token never reaches the service.
 */
export function serviceProxy(server: FastifyInstance, sources: RouterSources): void {
  // Bodies are passed on as they come.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  server.all('/service/:name', (request, reply) => {
    const { name } = request.params as { name: string }
    reply.redirect(`/service/${name}/`, 301)
  })
  server.all('/service/*', (request, reply) => {
    const url = request.raw.url ?? ''
    const target = sources.serviceTarget(url.slice('/service/'.length).split('?')[0]!)
    if (target === null) return reply.code(404).type('text/html').send('404 Not Found: service not found.\n')
    reply.hijack()
    forward(request, reply, target, url)
  })
}

function forward(request: FastifyRequest, reply: FastifyReply, target: ServiceTarget, url: string): void {
  const out = reply.raw
  const upstream = (target.scheme === 'https' ? https : http).request({
    host: target.host,
    port: target.port,
    method: request.method,
    path: target.rewrite ? withoutPrefix(url, target.name) : url,
    headers: { ...passedOn(request.headers), host: `${target.host}:${target.port}` },
    rejectUnauthorized: false,
    timeout: BACKEND_TIMEOUT_MS,
  })
  upstream.on('response', (response) => {
    out.writeHead(response.statusCode ?? 502, response.statusMessage, {
      ...passedOn(response.headers),
      ...relocated(response.headers.location, target),
    })
    response.pipe(out)
    response.on('error', () => out.destroy())
  })
  upstream.on('timeout', () => upstream.destroy(new Error('time-out')))
  upstream.on('error', () => {
    if (out.headersSent) return out.destroy()
    out.writeHead(502, { 'Content-Type': 'text/html' })
    out.end('<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n')
  })
  out.on('close', () => upstream.destroy())
  request.raw.pipe(upstream)
}

/** What stands behind `/service/<name>`; slashes of the path may be doubled. */
function withoutPrefix(url: string, name: string): string {
  const [path = '', query] = url.split(/\?(.*)/s)
  const segments = name.split('/').length
  let rest = path.slice('/service'.length)
  for (let i = 0; i < segments; i++) rest = rest.replace(/^\/+[^/]+/, '')
  const clean = rest.replace(/^\/*/, '/')
  return query === undefined ? clean : `${clean}?${query}`
}

/** A redirect of the service leads back under its path here. */
function relocated(location: string | undefined, target: ServiceTarget): Record<string, string> {
  if (location === undefined || !target.rewrite) return {}
  const own = `${target.scheme}://${target.host}:${target.port}`
  const path = location.startsWith(own) ? location.slice(own.length) : location
  return path.startsWith('/') ? { location: `/service/${target.name}${path}` } : {}
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
