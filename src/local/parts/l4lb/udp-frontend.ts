import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Frontend } from '../../../domain/vip.js'
import type { Clock } from '../../../shared/clock.js'
import { BackendTable } from './backend-table.js'
import type { BindAddress } from './bind-address.js'
import type { FrontendStats, Reachable } from './engine.js'
import { ListenerPlace } from './listener-place.js'
import { UdpFlow } from './udp-flow.js'

/** Milliseconds after which IPVS forgets a silent UDP flow. */
export const UDP_IDLE = 300_000
/** Flows one VIP holds; beyond it the longest silent one makes room, so that descriptors never run out. */
const FLOW_LIMIT = 1024

/**
 * A UDP VIP. A client address keeps its backend until the flow is silent for `UDP_IDLE`, the backend
 * leaves the table or refuses; a backend of weight 0 keeps its flows and gets no new ones. The socket
 * is closed when nobody takes new flows and none is left, so that clients are refused.
 */
export class UdpFrontend {
  private readonly backends = new BackendTable()
  /** By client, the longest silent one first. */
  private readonly flows = new Map<string, UdpFlow>()
  private readonly place: ListenerPlace
  private socket: Socket | null = null
  private bound: Reachable | null = null
  private cancelSweep: (() => void) | null = null

  constructor(
    frontend: Frontend,
    private readonly clock: Clock,
  ) {
    this.place = new ListenerPlace(frontend)
  }

  get problem(): string | null {
    return this.place.problem
  }

  get reachable(): Reachable | null {
    return this.backends.accepting ? this.bound : null
  }

  async update(frontend: Frontend): Promise<void> {
    this.backends.update(frontend.backends)
    for (const flow of [...this.flows.values()]) if (!flow.backend.listed) flow.close()
    if (this.backends.accepting && this.socket === null) await this.open()
    this.closeIfUseless()
  }

  stats(): FrontendStats {
    return this.backends.stats()
  }

  close(): void {
    this.backends.update([])
    for (const flow of [...this.flows.values()]) flow.close()
    this.closeIfUseless()
  }

  async stop(): Promise<void> {
    this.close()
  }

  private async open(): Promise<void> {
    const taken = await this.place.take((at) => this.listen(at))
    if (taken === null) return
    this.socket = taken.socket
    this.bound = taken.reachable
  }

  private listen({ address, port }: BindAddress): Promise<{ socket: Socket; port: number }> {
    const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4' })
    socket.on('message', (datagram, client) => this.forward(socket, datagram, client))
    return new Promise((resolve, reject) => {
      socket.once('error', (error) => {
        socket.close()
        reject(error)
      })
      socket.bind({ address, port, exclusive: true }, () => {
        socket.removeAllListeners('error')
        // A reply the system cannot deliver is lost, as any datagram may be.
        socket.on('error', () => {})
        resolve({ socket, port: socket.address().port })
      })
    })
  }

  private forward(socket: Socket, datagram: Buffer, client: RemoteInfo): void {
    const key = `${client.address} ${client.port}`
    const flow = this.flows.get(key) ?? this.begin(key, socket, client)
    if (flow === null) return
    this.touch(key, flow)
    flow.send(datagram)
  }

  private begin(key: string, socket: Socket, client: RemoteInfo): UdpFlow | null {
    const backend = this.backends.choose()
    if (backend === null) return null
    if (this.flows.size >= FLOW_LIMIT) this.longestSilent()?.close()
    const flow: UdpFlow = new UdpFlow(backend, this.clock.now(), {
      reply: (datagram) => {
        this.touch(key, flow)
        socket.send(datagram, client.port, client.address)
      },
      closed: () => {
        this.flows.delete(key)
        this.backends.release(backend)
        this.closeIfUseless()
      },
    })
    this.flows.set(key, flow)
    this.cancelSweep ??= this.clock.after(UDP_IDLE, () => this.sweep())
    return flow
  }

  private touch(key: string, flow: UdpFlow): void {
    flow.lastSeen = this.clock.now()
    this.flows.delete(key)
    this.flows.set(key, flow)
  }

  /** Ends silent flows and comes back when the next one can have been silent long enough. */
  private sweep(): void {
    this.cancelSweep = null
    const now = this.clock.now()
    let oldest = this.longestSilent()
    while (oldest !== undefined && now - oldest.lastSeen >= UDP_IDLE) {
      oldest.close()
      oldest = this.longestSilent()
    }
    if (oldest !== undefined) {
      this.cancelSweep = this.clock.after(oldest.lastSeen + UDP_IDLE - now, () => this.sweep())
    }
  }

  private longestSilent(): UdpFlow | undefined {
    return this.flows.values().next().value
  }

  private closeIfUseless(): void {
    if (this.flows.size > 0) return
    this.cancelSweep?.()
    this.cancelSweep = null
    if (this.backends.accepting) return
    this.socket?.close()
    this.socket = null
    this.bound = null
    this.place.problem = null
  }
}
