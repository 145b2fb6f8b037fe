import { connect, type Socket } from 'node:net'
import type { Clock } from '../../../shared/clock.js'
import type { BackendSlot, BackendTable } from './backend-table.js'

/** Milliseconds a backend has to accept before the next one is tried. */
export const CONNECT_TIMEOUT = 5_000
const SMALL_BUFFER = 16 * 1024
const LARGE_BUFFER = 256 * 1024

/**
 * One client and the backend that serves it. The client is handed over paused: what it already sent
 * waits in the kernel until a backend has accepted, so a backend that refuses costs the client nothing.
 *
 * Each direction holds at most one chunk that the other side has not taken, and reads no further until
 * it has: memory stays flat. Replies are read into a buffer of the connection's own, which the kernel
 * has emptied whenever it is read into again; it grows when reads fill it.
 */
export class TcpConnection {
  private upstream: Socket | null = null
  private readonly tried = new Set<BackendSlot>()
  private buffer = Buffer.allocUnsafeSlow(SMALL_BUFFER)
  private filled = false
  private openSockets = 1

  constructor(
    private readonly client: Socket,
    private readonly backends: BackendTable,
    private readonly clock: Clock,
    private readonly closed: (connection: TcpConnection) => void,
  ) {
    client.on('error', this.abort)
    client.on('close', this.socketClosed)
    this.dial()
  }

  /** Resets both sides at once. */
  readonly abort = (): void => {
    reset(this.client)
    if (this.upstream !== null) reset(this.upstream)
  }

  private dial(): void {
    const backend = this.client.destroyed ? null : this.backends.choose(this.tried)
    if (backend === null) {
      this.abort()
      return
    }
    this.tried.add(backend)
    const upstream = connect({
      host: backend.ip,
      port: backend.port,
      allowHalfOpen: true,
      noDelay: true,
      onread: { buffer: this.nextBuffer, callback: this.reply },
    })
    this.upstream = upstream
    this.openSockets++
    const cancelTimeout = this.clock.after(CONNECT_TIMEOUT, () => upstream.destroy())
    let accepted = false
    upstream.once('connect', () => {
      cancelTimeout()
      accepted = true
      this.join(upstream)
    })
    upstream.on('error', () => {
      if (accepted) this.abort()
    })
    upstream.once('close', () => {
      cancelTimeout()
      this.backends.release(backend)
      if (!accepted) this.dial()
      this.socketClosed()
    })
  }

  private join(upstream: Socket): void {
    const { client } = this
    const taken = () => {
      if (upstream.writableLength === 0) client.resume()
    }
    client.on('data', (chunk) => {
      upstream.write(chunk, taken)
      if (upstream.writableLength > 0) client.pause()
    })
    client.on('end', () => upstream.end())
    upstream.on('end', () => client.end())
    client.resume()
  }

  private readonly reply = (size: number, buffer: Uint8Array): boolean => {
    const { client } = this
    this.filled = size === buffer.length
    client.write(size === buffer.length ? buffer : buffer.subarray(0, size), this.replyTaken)
    if (client.writableLength > 0) this.upstream?.pause()
    return true
  }

  private readonly replyTaken = (): void => {
    if (this.client.writableLength === 0) this.upstream?.resume()
  }

  private readonly nextBuffer = (): Buffer => {
    if (this.filled && this.buffer.length < LARGE_BUFFER) {
      this.buffer = Buffer.allocUnsafeSlow(this.buffer.length * 4)
      this.filled = false
    }
    return this.buffer
  }

  private readonly socketClosed = (): void => {
    if (--this.openSockets === 0) this.closed(this)
  }
}

/** RST where the system allows one: not before a connection is made, nor while a FIN is on its way. */
function reset(socket: Socket): void {
  if (socket.destroyed) return
  if (socket.connecting || (socket.writableEnded && !socket.writableFinished)) socket.destroy()
  else socket.resetAndDestroy()
}
