import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Frontend } from '../../../domain/vip.js'
import type { Clock } from '../../../shared/clock.js'
import { BackendTable } from './backend-table.js'
import type { BindAddress } from './bind-address.js'
import type { FrontendStats, Reachable } from './engine.js'
import { ListenerPlace } from './listener-place.js'
import { TcpConnection } from './tcp-connection.js'

/** Connections the kernel holds ready while the process is busy; the system caps it. */
const BACKLOG = 4096

/**
 * A TCP VIP. Listens only while a backend takes new connections, so that otherwise a client is refused
 * at once; open connections live on in any case.
 */
export class TcpFrontend {
  private readonly backends = new BackendTable()
  private readonly connections = new Set<TcpConnection>()
  private readonly place: ListenerPlace
  private server: Server | null = null
  reachable: Reachable | null = null

  constructor(
    frontend: Frontend,
    private readonly clock: Clock,
  ) {
    this.place = new ListenerPlace(frontend)
  }

  get problem(): string | null {
    return this.place.problem
  }

  async update(frontend: Frontend): Promise<void> {
    this.backends.update(frontend.backends)
    if (!this.backends.accepting) this.close()
    else if (this.server === null) await this.open()
  }

  stats(): FrontendStats {
    return this.backends.stats()
  }

  /** Stops listening; open connections go on until one side ends them, unless `stop` follows. */
  close(): void {
    this.server?.close()
    this.server = null
    this.reachable = null
    this.place.problem = null
  }

  /** Resets every connection and resolves once no socket is left. */
  async stop(): Promise<void> {
    this.close()
    const ended = new Promise<void>((resolve) => {
      this.onIdle = resolve
    })
    for (const connection of this.connections) connection.abort()
    if (this.connections.size > 0) await ended
  }

  private onIdle: () => void = () => {}

  private async open(): Promise<void> {
    const taken = await this.place.take((at) => this.listen(at))
    if (taken === null) return
    this.server = taken.socket
    this.reachable = taken.reachable
  }

  private listen({ address, port }: BindAddress): Promise<{ socket: Server; port: number }> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
      this.connections.add(new TcpConnection(client, this.backends, this.clock, this.forget))
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: address, port, backlog: BACKLOG, exclusive: true }, () => {
        server.off('error', reject)
        // Accepting can fail for a moment (no file descriptors left); the next client is a new chance.
        server.on('error', () => {})
        resolve({ socket: server, port: (server.address() as AddressInfo).port })
      })
    })
  }

  private readonly forget = (connection: TcpConnection): void => {
    this.connections.delete(connection)
    if (this.connections.size === 0) this.onIdle()
  }
}
