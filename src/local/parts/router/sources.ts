import type { FastifyInstance } from 'fastify'
import type { VipEntry } from '../../../domain/vip.js'
import type { VipTask } from '../../../domain/vip-table.js'
import type { PartHealth } from '../../kit/part.js'
import type { LocalVipReport } from '../../vip-directory.js'

/** What the router shows of the rest of the cluster; the cluster hands it in. */
export interface RouterSources {
  clusterId: string
  clusterName: string
  frameworkId: string
  agent: { id: string; host: string; ip: string }
  /** Version of this program. */
  version: string
  now: () => number
  /** Start of the cluster, ms since the epoch. */
  startedAt: number
  tasks: () => VipTask[]
  /** The VIP table as it is now. */
  table: () => VipEntry[]
  /** Named VIPs with their virtual IPs, and tasks: full name, address. */
  addresses: () => { name: string; address: string }[]
  localVips: () => LocalVipReport[]
  parts: () => ({ name: string } & PartHealth)[]
  /** Where a service with `DCOS_SERVICE_*` labels listens. */
  serviceTarget: (path: string) => ServiceTarget | null
  /** Marathon's routes. */
  marathon: (server: FastifyInstance) => Promise<void>
  /** Facts for `local status` beyond the parts. */
  status: () => Record<string, unknown>
}

/** A service behind `/service/<name>/`. */
export interface ServiceTarget {
  /** The service's name as the path gave it, without slashes at its ends. */
  name: string
  scheme: 'http' | 'https'
  host: string
  port: number
  /** Whether `/service/<name>` is taken off the path (`DCOS_SERVICE_REWRITE_REQUEST_URLS` is not `false`). */
  rewrite: boolean
}
