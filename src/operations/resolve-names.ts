import { type Family, firstAddress } from '../domain/allocation.js'
import { strictIp } from '../domain/ip.js'
import { parseAddress } from '../domain/vip-address.js'
import { isResolvable, VIP_ZONE, vipHostname } from '../domain/vip-name.js'
import { UsageError, UserError } from '../shared/errors.js'
import type { VipSources } from './ports.js'

/** One answer; the keys are a contract. `name` is as it was given. */
export interface ResolvedName {
  name: string
  address: string
  ip: string | null
  source: 'cluster' | 'offline'
}

/** The addresses that real clusters give to these names as long as no other name has them first. */
export function resolveOffline(names: readonly string[], framework: string, family: Family): ResolvedName[] {
  return names.map((name) => {
    const hostname = hostnameOf(name, framework)
    return { name, address: hostname, ip: firstAddress(hashName(hostname), family), source: 'offline' }
  })
}

/** The addresses that names have in the cluster now, null where a name has none; throws when no name has one. */
export async function resolveInCluster(
  names: readonly string[],
  framework: string,
  family: Family,
  sources: Pick<VipSources, 'records'>,
): Promise<ResolvedName[]> {
  const hostnames = names.map((name) => hostnameOf(name, framework))
  const records = await sources.records()
  if (records === null)
    throw new UserError('E_NO_RECORDS', 'This cluster does not tell its DNS records (DC/OS before 1.13).', {
      next: ['`dcos vip resolve --offline` computes the addresses without it.'],
    })
  const rtype = family === 6 ? 'AAAA' : 'A'
  const hosts = new Map<string, string>()
  for (const record of records)
    if (record.rtype === rtype && !hosts.has(record.name)) hosts.set(record.name, record.host)
  const results = names.map((name, i): ResolvedName => {
    const address = hostnames[i]!
    return { name, address, ip: hosts.get(address) ?? null, source: 'cluster' }
  })
  if (results.length > 0 && results.every(({ ip }) => ip === null)) throw unresolved(results, family)
  return results
}

/** The error for names without an address in the cluster; null when all have one. */
export function unresolved(results: readonly ResolvedName[], family: Family): UserError | null {
  const missing = results.filter((result) => result.ip === null)
  if (missing.length === 0) return null
  const what = family === 6 ? 'IPv6 address' : 'address'
  return new UserError(
    'E_NAME_NOT_FOUND',
    `The cluster has no ${what} for ${missing.map((result) => result.address).join(', ')}.`,
    {
      next: [
        'A name exists while its VIP has a backend: `dcos vip list` shows them.',
        '`dcos vip resolve --offline` tells the address that a name will be given.',
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
