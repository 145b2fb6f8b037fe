import { createHash } from 'node:crypto'
import { ipv4Number, ipv4Text, ipv6Number, ipv6Text } from './ip.js'
import { phash2 } from './phash2.js'
import { vipName } from './vip-name.js'

/** Address families a named VIP can have an address of. */
export type Family = 4 | 6

/** The pool of every installed DC/OS cluster; the last address is reached by probing only. */
export const DEFAULT_POOL = { min: '11.0.0.0', max: '11.255.255.255' }
/** The IPv6 pool. */
export const DEFAULT_POOL6 = { min: 'fd01:c::', max: 'fd01:c::ffff:ffff:ffff:ffff' }

const encoder = new TextEncoder()

/**
 * Where the search for a name's address starts: `min + hash(name) mod (max − min)`, the hash being
 * phash2 for IPv4 and SHA-1 as one big number for IPv6.
 * Source: dcos-net, `dcos_l4lb_lashup_vip_listener`.
 */
export function firstAddress(name: string, family: Family = 4, pool = poolOf(family)): string {
  if (family === 6) {
    const min = ipv6Number(pool.min)
    const digest = BigInt(`0x${createHash('sha1').update(name).digest('hex')}`)
    return ipv6Text(min + (digest % (ipv6Number(pool.max) - min)))
  }
  const min = ipv4Number(pool.min)
  return ipv4Text(min + phash2(encoder.encode(name), ipv4Number(pool.max) - min))
}

/**
 * Named VIPs and their addresses in one family. Mappings belong to the label and framework *as
 * written*: `/foo` and `foo` share a DNS name and have neighbouring addresses. All ports and
 * protocols of a label share its address.
 */
export class AddressPool {
  private readonly owners = new Map<string, string>()
  private readonly addresses = new Map<string, string>()

  constructor(
    private readonly family: Family = 4,
    private readonly pool = poolOf(family),
  ) {}

  /** The address of a label, allocated on first use. Throws RangeError when the pool is exhausted. */
  allocate(label: string, framework: string): string {
    const owner = ownerKey(label, framework)
    const known = this.addresses.get(owner)
    if (known !== undefined) return known
    let candidate = firstAddress(vipName(label, framework), this.family, this.pool)
    for (let probes = this.size(); probes > 0n; probes--) {
      if (!this.owners.has(candidate)) {
        this.adopt(label, framework, candidate)
        return candidate
      }
      candidate = this.after(candidate)
    }
    throw new RangeError(`no virtual IP is left between ${this.pool.min} and ${this.pool.max}`)
  }

  /** Takes over a mapping that was allocated earlier. */
  adopt(label: string, framework: string, address: string): void {
    const owner = ownerKey(label, framework)
    this.addresses.set(owner, address)
    this.owners.set(address, owner)
  }

  /** The address of a label, or undefined when it has none. */
  find(label: string, framework: string): string | undefined {
    return this.addresses.get(ownerKey(label, framework))
  }

  /** Gives a label's address back. */
  release(label: string, framework: string): void {
    const owner = ownerKey(label, framework)
    const address = this.addresses.get(owner)
    if (address === undefined) return
    this.addresses.delete(owner)
    this.owners.delete(address)
  }

  /** All mappings, in the order in which they were made. */
  *entries(): IterableIterator<{ label: string; framework: string; address: string }> {
    for (const [owner, address] of this.addresses) {
      const split = owner.indexOf('\n')
      yield { framework: owner.slice(0, split), label: owner.slice(split + 1), address }
    }
  }

  private size(): bigint {
    return this.family === 6
      ? ipv6Number(this.pool.max) - ipv6Number(this.pool.min) + 1n
      : BigInt(ipv4Number(this.pool.max) - ipv4Number(this.pool.min) + 1)
  }

  private after(address: string): string {
    if (address === this.pool.max) return this.pool.min
    return this.family === 6 ? ipv6Text(ipv6Number(address) + 1n) : ipv4Text(ipv4Number(address) + 1)
  }
}

function poolOf(family: Family) {
  return family === 6 ? DEFAULT_POOL6 : DEFAULT_POOL
}

/** A framework name holds no line break, so the first one separates it from the label. */
function ownerKey(label: string, framework: string): string {
  return `${framework}\n${label}`
}
