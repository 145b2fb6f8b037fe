import { isIPv4, isIPv6 } from 'node:net'

/** IPv4 text of an unsigned 32-bit number. */
export function ipv4Text(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** Unsigned 32-bit number of strict dotted-quad text. */
export function ipv4Number(text: string): number {
  return text.split('.').reduce((number, octet) => number * 256 + Number(octet), 0)
}

/** 128-bit number of IPv6 text (any form, no zone). */
export function ipv6Number(text: string): bigint {
  const quad = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const hex = quad ? `${quad[1]}${ipv4AsGroups(quad[2]!)}` : text
  const [head = '', tail] = hex.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : 8 - front.length - back.length
  const groups = [...front, ...Array<string>(gap).fill('0'), ...back]
  return groups.reduce((number, group) => (number << 16n) | BigInt(`0x${group}`), 0n)
}

/** Canonical IPv6 text (RFC 5952) of a 128-bit number; an IPv4-mapped address ends in its dotted quad. */
export function ipv6Text(value: bigint): string {
  if (value >> 32n === 0xffffn) return `::ffff:${ipv4Text(Number(value & 0xffffffffn))}`
  const groups = Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(112 - 16 * i)) & 0xffffn))
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(':')
  if (best.start < 0) return text(groups)
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`
}

/**
 * An IP literal as the load balancer reads one: four decimal octets, or any IPv6 text without
 * brackets, whose zone is thrown away. Null when it is a name. IPv6 comes back in canonical form.
 */
export function strictIp(text: string): string | null {
  if (isIPv4(text)) return text
  // Node compiles its pattern for IPv6 at the first use, which takes longer than all the rest of a start.
  if (!text.includes(':')) return null
  const bare = text.replace(/%.*$/s, '')
  return isIPv6(bare) ? ipv6Text(ipv6Number(bare)) : null
}

/** An address with a port, IPv6 in brackets as clients write it. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function ipv4AsGroups(text: string): string {
  const number = ipv4Number(text)
  return `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`
}
