import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** The agent's host ports: which are handed out, and which something else on the machine holds. */
export class PortBook {
  private readonly taken = new Set<number>()

  /** `first` and `last` belong to the range. */
  constructor(
    private readonly first: number,
    private readonly last: number,
    private readonly isFree: (port: number) => Promise<boolean> = isPortFree,
  ) {}

  /** Free ports, one after the other from a random start as Marathon takes them from an offer. */
  async allocate(count: number): Promise<number[]> {
    const size = this.last - this.first + 1
    const start = Math.floor(Math.random() * size)
    const ports: number[] = []
    for (let step = 0; step < size && ports.length < count; step++) {
      const port = this.first + ((start + step) % size)
      if (await this.claim(port)) ports.push(port)
    }
    if (ports.length === count) return ports
    this.release(ports)
    throw new RangeError(`no ${count} free host ports are left in ${this.first}-${this.last}`)
  }

  /** Takes this port, also outside the range; false when it is not free. */
  async claim(port: number): Promise<boolean> {
    if (this.taken.has(port)) return false
    // Taken before it is probed: two callers must not get the same port.
    this.taken.add(port)
    const free = await this.isFree(port)
    if (!free) this.taken.delete(port)
    return free
  }

  release(ports: number[]): void {
    for (const port of ports) this.taken.delete(port)
  }
}

/** Whether TCP and UDP of a port can be bound on any address and on loopback, by doing so for a moment. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of ['0.0.0.0', '127.0.0.1']) {
    if (!(await canListen(port, host)) || !(await canReceive(port, host))) return false
  }
  return true
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

function canReceive(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve(true)))
  })
}
