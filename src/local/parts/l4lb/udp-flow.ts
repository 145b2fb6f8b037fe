import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { BackendSlot } from './backend-table.js'

/** Datagrams kept while the backend socket is being set up; more are dropped, as a full queue does. */
const EARLY_LIMIT = 64

export interface FlowEvents {
  reply(datagram: Buffer): void
  /** The flow is over: the backend refused, or `close` was called. Comes once. */
  closed(): void
}

/** One client's datagrams to one backend: a connected socket, so that replies and refusals find back. */
export class UdpFlow {
  private readonly socket: Socket
  private early: Buffer[] | null = []
  private open = true
  /** Time of the last datagram in either direction, milliseconds since the epoch. */
  lastSeen: number

  constructor(
    readonly backend: BackendSlot,
    now: number,
    private readonly events: FlowEvents,
  ) {
    this.lastSeen = now
    this.socket = createSocket({ type: isIPv6(backend.ip) ? 'udp6' : 'udp4' })
    this.socket.on('message', (datagram) => events.reply(datagram))
    this.socket.on('error', () => this.close())
    this.socket.connect(backend.port, backend.ip, () => this.connected())
  }

  send(datagram: Buffer): void {
    if (this.early === null) this.socket.send(datagram, this.sent)
    else if (this.early.length < EARLY_LIMIT) this.early.push(datagram)
  }

  close(): void {
    if (!this.open) return
    this.open = false
    this.socket.close()
    this.events.closed()
  }

  /** The refusal of an earlier datagram is reported by the next send, if that comes before the read. */
  private readonly sent = (error: Error | null): void => {
    if ((error as NodeJS.ErrnoException | null)?.code === 'ECONNREFUSED') this.close()
  }

  private connected(): void {
    if (!this.open) return
    const waiting = this.early ?? []
    this.early = null
    for (const datagram of waiting) this.socket.send(datagram, this.sent)
  }
}
