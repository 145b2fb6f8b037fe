import { hostPort, strictIp } from './ip.js'
import { vipAddress } from './names.js'
import type { Protocol, VipKey } from './vip.js'
import { MARATHON_FRAMEWORK, mangleDotted, VIP_ZONE } from './vip-name.js'

/** A service address that a user typed, read apart. */
export interface AddressQuery {
  /** Full lower-case host name of a named VIP, or an IP literal. */
  host: string
  port: number | null
  protocol: Protocol | null
}

/** The service address of a VIP as people write it: `name:port`, IPv6 literals in brackets. */
export function addressOf(key: VipKey): string {
  return key.kind === 'named' ? vipAddress(key.label, key.framework, key.port) : hostPort(key.ip, key.port)
}

/**
 * Reads `my-service:5555`, `/group/my-service:5555`, `my-service.marathon.l4lb.thisdcos.directory:5555`, `10.0.0.5:80`,
 * `[fd01:c::9]:80` or `fd01:c::9:80`, each with `/tcp` or `/udp` behind it and, where a port is not
 * needed, without one. Null when it is none of these.
 */
export function parseAddress(text: string, framework: string = MARATHON_FRAMEWORK): AddressQuery | null {
  const withProtocol = /^(.*?)(?:\/(tcp|udp))?$/is.exec(text.trim())!
  const protocol = (withProtocol[2]?.toLowerCase() as Protocol | undefined) ?? null
  const bare = withProtocol[1]!
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(bare)
  if (bracketed) {
    const ip = strictIp(bracketed[1]!)
    return ip === null ? null : query(ip, bracketed[2], protocol)
  }
  const [, name = bare, port] = /^(.*):(\d+)$/s.exec(bare) ?? []
  const withPort = strictIp(name)
  if (withPort !== null) return query(withPort, port, protocol)
  // All of it: the last group of an IPv6 address may look like a port, and then only the rest is no address.
  const whole = strictIp(bare)
  if (whole !== null) return query(whole, undefined, protocol)
  if (port === undefined && bare.includes(':')) return null
  const host = hostnameOf(name, framework)
  return host === null ? null : query(host, port, protocol)
}

/** Whether a query means this VIP; a port or protocol it leaves open fits any. */
export function matchesAddress(key: VipKey, wanted: AddressQuery): boolean {
  const host = key.kind === 'ip' ? key.ip : addressOf(key).slice(0, addressOf(key).lastIndexOf(':'))
  return (
    host === wanted.host &&
    (wanted.port === null || wanted.port === key.port) &&
    (wanted.protocol === null || wanted.protocol === key.protocol)
  )
}

/** Full name of what was typed: as it is when it ends in the VIP zone, else mangled and completed. */
function hostnameOf(name: string, framework: string): string | null {
  const lower = name.toLowerCase().replace(/\.$/, '')
  if (lower.endsWith(`.${VIP_ZONE}`)) return lower
  const mangled = mangleDotted(name)
  return mangled === '' ? null : `${mangled}.${mangleDotted(framework)}.${VIP_ZONE}`
}

function query(host: string, port: string | undefined, protocol: Protocol | null): AddressQuery | null {
  const number = port === undefined ? null : Number(port)
  if (number !== null && (number < 1 || number > 65535)) return null
  return { host, port: number, protocol }
}
