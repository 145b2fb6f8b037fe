/**
 * Backend of the forwarding benchmark. GET /small answers a few bytes, GET /bulk?<bytes> a stream of
 * that many. Tells its port to the parent and ends with it.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const CHUNK = Buffer.alloc(64 * 1024, 'x')

const server = createServer((request, response) => {
  const bytes = Number(request.url?.split('?')[1] ?? 0)
  if (bytes === 0) return response.end('hello\n')
  response.writeHead(200, { 'content-length': bytes })
  let left = bytes
  const fill = () => {
    while (left > 0) {
      const chunk = left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left)
      left -= chunk.length
      if (!response.write(chunk) && left > 0) return response.once('drain', fill)
    }
    return response.end()
  }
  return fill()
})
server.keepAliveTimeout = 60_000
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () =>
  process.send?.((server.address() as AddressInfo).port),
)
process.on('disconnect', () => process.exit())
