import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../../../shared/clock.js'
import { TcpSession } from './tcp-session.js'

/** TCP clients served at a time; further ones are turned away. */
export const TCP_CLIENT_LIMIT = 128
/** How often another free port is looked for when its UDP twin turns out to be taken. */
const PAIR_ATTEMPTS = 20

export type Respond = (message: Buffer, transport: 'udp' | 'tcp') => Buffer | null

/** A UDP socket and a TCP server at the same port. */
export class DnsListeners {
  private constructor(
    private readonly udp: UdpSocket,
    private readonly tcp: Server,
    private readonly clients: Set<Socket>,
    readonly port: number,
  ) {}

  /**
   * Listens at a port; 0 takes one that is free for both protocols. Rejects with the system's error
   * (`EADDRINUSE`, `EACCES` …).
   */
  static async open(host: string, port: number, clock: Clock, respond: Respond): Promise<DnsListeners> {
    for (let attempt = 1; ; attempt++) {
      const clients = new Set<Socket>()
      const tcp = await listenTcp(host, port, clients, clock, (message) => respond(message, 'tcp'))
      const taken = (tcp.address() as AddressInfo).port
      try {
        const udp = await listenUdp(host, taken, (message) => respond(message, 'udp'))
        return new DnsListeners(udp, tcp, clients, taken)
      } catch (error) {
        await closeTcp(tcp, clients)
        const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
        if (port !== 0 || !inUse || attempt >= PAIR_ATTEMPTS) throw error
      }
    }
  }

  async close(): Promise<void> {
    await Promise.all([
      new Promise<void>((resolve) => this.udp.close(() => resolve())),
      closeTcp(this.tcp, this.clients),
    ])
  }
}

function listenTcp(
  host: string,
  port: number,
  clients: Set<Socket>,
  clock: Clock,
  respond: (message: Buffer) => Buffer | null,
): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket) => {
    clients.add(socket)
    socket.on('close', () => clients.delete(socket))
    new TcpSession(socket, clock, respond)
  })
  server.maxConnections = TCP_CLIENT_LIMIT
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject)
      // Accepting can fail for a moment (no file descriptors left); the next client is a new chance.
      server.on('error', () => {})
      resolve(server)
    })
  })
}

function listenUdp(
  host: string,
  port: number,
  respond: (message: Buffer) => Buffer | null,
): Promise<UdpSocket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  socket.on('message', (message, client) => {
    const response = respond(message)
    if (response !== null) socket.send(response, client.port, client.address)
  })
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close()
      reject(error)
    })
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error')
      // An answer that cannot be sent is lost; the client asks again.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

function closeTcp(server: Server, clients: Set<Socket>): Promise<void> {
  for (const client of clients) client.destroy()
  return new Promise((resolve) => server.close(() => resolve()))
}
