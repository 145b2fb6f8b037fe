import { isIPv4 } from 'node:net'
import { DEFAULT_POOL, DEFAULT_POOL6 } from './allocation.js'
import { ipv4Number, ipv6Number } from './ip.js'

/** Ranges in which an IP VIP cannot work or takes over what something else answers on DC/OS. */
const TAKEN4: [from: string, to: string, why: string][] = [
  ['0.0.0.0', '0.255.255.255', 'is no address of a host'],
  [
    DEFAULT_POOL.min,
    DEFAULT_POOL.max,
    'lies in the pool of named VIPs, where it can clash with one in silence',
  ],
  ['9.0.0.0', '9.255.255.255', 'lies in the virtual network `dcos` (9.0.0.0/8)'],
  ['127.0.0.0', '127.255.255.255', 'is a loopback address, different on every node'],
  ['169.254.0.0', '169.254.255.255', 'is a link-local address'],
  ['198.51.100.1', '198.51.100.3', "is an address of DC/OS' own name servers"],
  ['224.0.0.0', '255.255.255.255', 'is a multicast, reserved or broadcast address'],
]

/** Why an address should not be an IP VIP, as the end of a sentence; null when nothing speaks against it. */
export function ipVipProblem(ip: string, inUse: ReadonlySet<string> = new Set()): string | null {
  if (inUse.has(ip)) return 'is the address of a node of the cluster'
  if (isIPv4(ip)) {
    const number = ipv4Number(ip)
    const range = TAKEN4.find(([from, to]) => number >= ipv4Number(from) && number <= ipv4Number(to))
    return range?.[2] ?? null
  }
  const number = ipv6Number(ip)
  if (number <= 1n) return 'is the unspecified or the loopback address'
  if (number >= ipv6Number(DEFAULT_POOL6.min) && number <= ipv6Number(DEFAULT_POOL6.max))
    return 'lies in the pool of named IPv6 VIPs, where it can clash with one in silence'
  if (number >> 118n === 0x3fan) return 'is a link-local address'
  if (number >> 120n === 0xffn) return 'is a multicast address'
  return null
}
