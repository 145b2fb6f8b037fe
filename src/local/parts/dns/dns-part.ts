import { hostPort } from '../../../domain/ip.js'
import { type Clock, systemClock } from '../../../shared/clock.js'
import { messageOf, UserError } from '../../../shared/errors.js'
import type { ClusterPart, PartHealth } from '../../kit/part.js'
import { answerQuestion } from './answer.js'
import { DnsListeners } from './listeners.js'
import { respond } from './respond.js'
import type { ZoneRecords } from './zone-records.js'

export interface DnsOptions {
  /** A loopback address. It is also what names of this node, its masters and its name server answer with. */
  host: string
  /** UDP and TCP port; 0 takes a free one. */
  port: number
  /** Makes `<x>.<cluster id>.dcos.directory` names the cluster's own. */
  clusterId?: string
  /** The names at this moment; asked once a query, so it should hand out what it has. */
  records: () => ZoneRecords
  clock?: Clock
}

/** The name server of the embedded cluster: authoritative for the zones of DC/OS, forwards nothing. */
export class DnsPart implements ClusterPart {
  readonly name = 'dns'
  private listeners: DnsListeners | null = null

  constructor(private readonly options: DnsOptions) {}

  /** Rejects with `E_DNS_PORT_IN_USE` or `E_DNS_PORT_REFUSED` when the port cannot be had. */
  async start(): Promise<void> {
    const { host, port, clusterId, records, clock = systemClock } = this.options
    const cluster = { address: host, clusterId }
    try {
      this.listeners = await DnsListeners.open(host, port, clock, (message, transport) =>
        respond(message, transport, (question, id) => answerQuestion(question, id, records(), cluster)),
      )
    } catch (error) {
      throw portError(error, host, port)
    }
  }

  async stop(): Promise<void> {
    const { listeners } = this
    this.listeners = null
    await listeners?.close()
  }

  /** Where the server listens, or null when it does not. */
  get address(): { host: string; port: number } | null {
    return this.listeners && { host: this.options.host, port: this.listeners.port }
  }

  health(): PartHealth {
    const { address } = this
    if (address === null) return { healthy: false, detail: 'stopped' }
    return { healthy: true, detail: hostPort(address.host, address.port) }
  }
}

function portError(error: unknown, host: string, port: number): unknown {
  const code = (error as NodeJS.ErrnoException).code
  const next = ['Choose another port with `--dns-port PORT`, or any free one with `--dns-port 0`.']
  if (code === 'EADDRINUSE') {
    const message = `The DNS port ${port} on ${host} is used by another program.`
    return new UserError('E_DNS_PORT_IN_USE', message, { next, cause: error })
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    const message = `DNS cannot listen at ${hostPort(host, port)}: ${messageOf(error)}.`
    return new UserError('E_DNS_PORT_REFUSED', message, { next, cause: error })
  }
  return error
}
