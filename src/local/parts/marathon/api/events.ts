import type { FastifyInstance } from 'fastify'
import type { EventListener } from '../events.js'
import { queryValues } from './answers.js'
import type { ApiContext } from './context.js'
import { methodNotAllowed } from './errors.js'

/** Consumers such as marathon-lb drop a stream that is silent for longer. */
const KEEP_ALIVE_MS = 15_000
/** A consumer that does not read is cut off rather than kept in memory. */
const MAX_UNREAD_BYTES = 4 * 1024 * 1024

/** `GET /v2/events`: server-sent events with CRLF line ends, as Marathon writes them. */
export function eventRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/v2/events', { exposeHeadRoute: false }, (request, reply) => {
    if (!(request.headers.accept ?? '').includes('text/event-stream')) throw methodNotAllowed()
    const types = queryValues(request, 'event_type')
    reply.hijack()
    const out = reply.raw
    out.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-cache, no-store, must-revalidate',
    })
    out.flushHeaders()
    out.on('error', () => out.destroy())
    const send: EventListener = ({ eventType }, frame) => {
      if (types.length > 0 && !types.includes(eventType)) return
      out.write(frame())
      if (out.writableLength > MAX_UNREAD_BYTES) out.destroy()
    }
    const unsubscribe = context.events.subscribe(send)
    const keepAlive = setInterval(() => out.write('\r\n'), KEEP_ALIVE_MS)
    const remoteAddress = request.ip
    out.once('close', () => {
      clearInterval(keepAlive)
      unsubscribe()
      context.events.publish('event_stream_detached', { remoteAddress })
    })
    context.events.publish('event_stream_attached', { remoteAddress })
  })
}
