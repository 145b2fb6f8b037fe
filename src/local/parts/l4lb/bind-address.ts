import { isIPv4 } from 'node:net'
import { hostPort } from '../../../domain/ip.js'
import type { Frontend } from '../../../domain/vip.js'

/** A place to listen at; port 0 means any free one. */
export interface BindAddress {
  address: string
  port: number
}

const LOCALHOST = '127.0.0.1'
/** Network and broadcast address of 127.0.0.0/8: some systems bind them, no client can connect to them. */
const DEAD_LOOPBACK = new Set(['127.0.0.0', '127.255.255.255'])

/**
 * The loopback address that stands for a virtual IP: 127.A.B.C for 11.A.B.C and every other IPv4
 * address, the address itself inside 127.0.0.0/8, `::1` and the IPv6 pool fd01:c::/64. Null for all
 * other IPv6 addresses: loopback has no room for them, and the engine listens nowhere else.
 */
export function loopbackOf(ip: string): string | null {
  if (isIPv4(ip)) return `127${ip.slice(ip.indexOf('.'))}`
  return ip === '::1' || ip.startsWith('fd01:c:') ? ip : null
}

/**
 * Where to try to listen for a frontend, best first: its own port at its loopback address, another port
 * there, another port at 127.0.0.1 (never the same port there: it may be somebody's localhost service).
 * Empty when this machine cannot serve it at all.
 */
export function bindCandidates({ ip, port }: Pick<Frontend, 'ip' | 'port'>): BindAddress[] {
  const home = loopbackOf(ip)
  if (home === null || port > 65535) return []
  if (!isIPv4(home)) return [{ address: home, port }]
  const atHome = [
    { address: home, port },
    { address: home, port: 0 },
  ]
  if (home === LOCALHOST) return atHome
  const elsewhere = { address: LOCALHOST, port: 0 }
  return DEAD_LOOPBACK.has(home) ? [elsewhere] : [...atHome, elsewhere]
}

/**
 * Why a frontend is reachable at `bound` and not at its own place; null when it is at its own place.
 * `refusal` is the system's error code for the first candidate, null when that one was taken.
 */
export function bindReason(
  frontend: Pick<Frontend, 'ip' | 'port'>,
  bound: BindAddress,
  refusal: string | null,
): string | null {
  const { ip, port } = frontend
  const home = loopbackOf(ip) ?? ip
  const place = hostPort(home, port)
  const pooled = /^(11|127)\./.test(ip) || ip === home
  if (bound.address === home && bound.port === port)
    return pooled ? null : `This machine does not own ${ip}, so the VIP is served at ${home}.`
  const where = hostPort(bound.address, bound.port)
  if (DEAD_LOOPBACK.has(home))
    return `No program can be reached at ${home}, so the VIP is served at ${where}.`
  switch (refusal) {
    case 'EACCES':
      return `Port ${port} is reserved for privileged users on this machine, so the VIP is served at ${where}.`
    case 'EADDRINUSE':
      return `Another program on this machine uses ${place}, so the VIP is served at ${where}.`
    case 'EADDRNOTAVAIL':
      return `This machine has no loopback address ${home}, so the VIP is served at ${where}.`
    default:
      return `This machine refuses ${place} (${refusal ?? 'unknown error'}), so the VIP is served at ${where}.`
  }
}

/** Why a frontend is not reachable at all; `refusal` as in `bindReason`. */
export function bindProblem({ ip, port }: Pick<Frontend, 'ip' | 'port'>, refusal: string | null): string {
  if (port > 65535) return `Port ${port} does not exist: ports end at 65535.`
  if (refusal === null || !isIPv4(ip))
    return `The userspace engine cannot serve the IPv6 address ${ip} on this machine.`
  return `This machine lets nothing listen for ${hostPort(ip, port)} (${refusal}).`
}
