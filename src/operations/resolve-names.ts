import { type Family, firstAddress } from '../domain/allocation.js'
import { strictIp } from '../domain/ip.js'
import { parseAddress } from '../domain/vip-address.js'
import { isResolvable, VIP_ZONE, vipHostname } from '../domain/vip-name.js'
import { UsageError, UserError } from '../shared/errors.js'

/** One answer; the keys are a contract. `name` is as it was given. */
export interface ResolvedName {
  name: string
  address: string
  ip: string | null
  source: 'cluster' | 'offline'
}

/** Asks the cluster for a name's addresses, IPv4 and IPv6. */
export type AskCluster = (hostname: string) => Promise<{ address: string }[]>

/** The addresses that real clusters give to these names as long as no other name has them first. */
export function resolveOffline(names: readonly string[], framework: string, family: Family): ResolvedName[] {
  return names.map((name) => {
    const hostname = hostnameOf(name, framework)
    return { name, address: hostname, ip: firstAddress(hashName(hostname), family), source: 'offline' }
  })
}

/** The addresses that names have in the cluster now, null where a name does not exist. */
export async function resolveInCluster(
  names: readonly string[],
  framework: string,
  family: Family,
  ask: AskCluster,
): Promise<ResolvedName[]> {
  const hostnames = names.map((name) => hostnameOf(name, framework))
  const answers = await Promise.all(hostnames.map(ask))
  return names.map((name, i) => {
    const ip = answers[i]!.map(({ address }) => address).find(
      (address) => address.includes(':') === (family === 6),
    )
    return { name, address: hostnames[i]!, ip: ip ?? null, source: 'cluster' }
  })
}

/** The error for names that the cluster does not know. */
export function unresolved(results: readonly ResolvedName[]): UserError | null {
  const missing = results.filter((result) => result.ip === null)
  if (missing.length === 0) return null
  return new UserError(
    'E_NAME_NOT_FOUND',
    `The cluster has no VIP ${missing.map((result) => result.address).join(', ')}.`,
    {
      next: [
        'A name exists while its VIP has a backend.',
        '`dcos vip resolve --offline` tells the address that it will be given.',
      ],
    },
  )
}

/** Full name of an address or a label; refuses what DNS cannot carry. */
function hostnameOf(name: string, framework: string): string {
  if (strictIp(name.replace(/:\d+$/, '')) !== null)
    throw new UsageError(`${name} is an IP address already; only names are resolved.`)
  const label = name.startsWith('/') || !name.includes(VIP_ZONE)
  const hostname = label
    ? vipHostname(name.replace(/:\d+(\/(tcp|udp))?$/i, ''), framework)
    : parseAddress(name)?.host
  if (hostname === undefined || !isResolvable(hostname))
    throw new UsageError(`'${name}' is no name of a VIP: nothing that DNS can carry is left of it.`, [
      'Give a service address (my-service.marathon.l4lb.thisdcos.directory) or a label (/my-service).',
    ])
  return hostname
}

/** The name that is hashed lacks the zone. */
function hashName(hostname: string): string {
  return hostname.slice(0, -(VIP_ZONE.length + 1))
}
