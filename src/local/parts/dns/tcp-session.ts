import type { Socket } from 'node:net'
import type { Clock } from '../../../shared/clock.js'

/** Milliseconds a client may take for a whole message, and be silent between two. */
export const TCP_TIMEOUT = 10_000

/**
 * One TCP client: messages with a two-byte length in front (RFC 1035, 4.2.2), any number of them, in any
 * pieces. Answers go out in order; a client that does not take them is not read any further.
 */
export class TcpSession {
  private pending: Buffer = Buffer.alloc(0)
  private cancelTimeout: () => void = () => {}

  constructor(
    private readonly socket: Socket,
    private readonly clock: Clock,
    private readonly respond: (message: Buffer) => Buffer | null,
  ) {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.cancelTimeout())
    socket.on('data', (chunk) => this.receive(chunk))
    socket.on('drain', () => {
      this.restartTimeout()
      socket.resume()
    })
    this.restartTimeout()
  }

  private receive(chunk: Buffer): void {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk])
    const answers: Buffer[] = []
    while (this.pending.length >= 2) {
      const end = 2 + this.pending.readUInt16BE(0)
      if (this.pending.length < end) break
      const answer = this.respond(this.pending.subarray(2, end))
      this.pending = this.pending.subarray(end)
      this.restartTimeout()
      if (answer !== null) answers.push(lengthOf(answer), answer)
    }
    if (answers.length > 0 && !this.socket.write(Buffer.concat(answers))) this.socket.pause()
  }

  private restartTimeout(): void {
    this.cancelTimeout()
    this.cancelTimeout = this.clock.after(TCP_TIMEOUT, () => this.socket.destroy())
  }
}

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return length
}
