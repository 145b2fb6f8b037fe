/**
 * What forwarding through the userspace engine costs, as a ratio to a direct connection measured in the
 * same run. Backend and proxy have a process each, this one makes the load. Rounds alternate between
 * direct and forwarded; medians are compared. Prints one JSON object, then a table.
 *
 *   node --import tsx bench/forwarding.ts [rounds] [milliseconds per measurement]
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

interface Target {
  host: string
  port: number
}

const REQUEST = 'GET /small HTTP/1.1\r\nHost: bench\r\n\r\n'
const ONE_REQUEST = 'GET /small HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n'
const BULK_BYTES = 256 * 1024 * 1024
const CLIENTS = 16
const END_OF_BODY = Buffer.from('hello\n')

const rounds = Number(process.argv[2] ?? 7)
const duration = Number(process.argv[3] ?? 1000)

/** Requests per second over `CLIENTS` connections that stay open. */
async function requests(target: Target, ms: number): Promise<number> {
  const start = performance.now()
  const counts = await Promise.all(Array.from({ length: CLIENTS }, () => requestsOfOne(target, start + ms)))
  return counts.reduce((sum, count) => sum + count) / ((performance.now() - start) / 1000)
}

function requestsOfOne(target: Target, end: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, noDelay: true }, () => socket.write(REQUEST))
    let count = 0
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      if (!chunk.includes(END_OF_BODY)) return
      count++
      if (performance.now() < end) socket.write(REQUEST)
      else socket.destroy()
    })
    socket.on('close', () => resolve(count))
  })
}

/** Connections per second, each opened, used for one request and closed. */
async function newConnections(target: Target, ms: number): Promise<number> {
  const start = performance.now()
  let count = 0
  const client = async () => {
    while (performance.now() < start + ms) {
      await oneConnection(target)
      count++
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, client))
  return count / ((performance.now() - start) / 1000)
}

function oneConnection(target: Target): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...target, noDelay: true }, () => socket.write(ONE_REQUEST))
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.resume()
  })
}

/** Bytes per second of one large response, read into one buffer. */
async function bulk(target: Target): Promise<number> {
  const start = performance.now()
  let left = BULK_BYTES
  const buffer = Buffer.allocUnsafeSlow(256 * 1024)
  const onread = {
    buffer,
    callback: (size: number) => {
      left -= size
      return true
    },
  }
  const socket = connect({ ...target, onread }, () =>
    socket.write(`GET /bulk?${BULK_BYTES} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n`),
  )
  await once(socket, 'close')
  if (left > 0) throw new Error(`${left} bytes of the bulk response are missing`)
  return BULK_BYTES / ((performance.now() - start) / 1000)
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

async function compare(measure: (target: Target) => Promise<number>, direct: Target, vip: Target) {
  const runs = { direct: [] as number[], forwarded: [] as number[] }
  await measure(direct)
  await measure(vip)
  for (let round = 0; round < rounds; round++) {
    runs.direct.push(await measure(direct))
    runs.forwarded.push(await measure(vip))
  }
  const [d, f] = [median(runs.direct), median(runs.forwarded)]
  return { direct: Math.round(d), forwarded: Math.round(f), ratio: Number((f / d).toFixed(3)) }
}

function start(script: string, args: string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(script, import.meta.url)), args, { execArgv: ['--import', 'tsx'] })
}

async function memory(proxy: ChildProcess): Promise<number> {
  proxy.send('memory')
  const [{ rss }] = (await once(proxy, 'message')) as [{ rss: number }]
  return Math.round(rss / 1024 / 1024)
}

const backend = start('./forwarding-backend.ts')
const [backendPort] = (await once(backend, 'message')) as [number]
const proxy = start('./forwarding-proxy.ts', [String(backendPort)])
const [{ address, port }] = (await once(proxy, 'message')) as [{ address: string; port: number }]
const direct = { host: '127.0.0.1', port: backendPort }
const vip = { host: address, port }

const before = await memory(proxy)
const result = {
  node: process.version,
  cpus: cpus().length,
  rounds,
  requestsPerSecond: await compare((target) => requests(target, duration), direct, vip),
  connectionsPerSecond: await compare((target) => newConnections(target, duration), direct, vip),
  bulkBytesPerSecond: await compare(bulk, direct, vip),
  proxyMegabytes: { before, after: await memory(proxy) },
}
console.log(JSON.stringify(result))
console.table({
  'requests/s (keep-alive)': result.requestsPerSecond,
  'new connections/s': result.connectionsPerSecond,
  'bulk bytes/s': result.bulkBytesPerSecond,
})
backend.disconnect()
proxy.disconnect()
