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

/** The addresses of one family as numbers: IPv4 fits into a JavaScript number, IPv6 needs a bigint. */
interface Space<N> {
  /** Where the search for a name's address starts. */
  first(name: string): N
  /** The address tried next when one is taken. */
  next(address: N): N
  text(address: N): string
  number(text: string): N
  /** How many addresses a search tries before it gives up. */
  readonly range: N
}

/** `min + phash2(name) mod (max − min)`. Source: dcos-net, `dcos_l4lb_lashup_vip_listener`. */
function space4(pool: Pool): Space<number> {
  const min = ipv4Number(pool.min)
  const max = ipv4Number(pool.max)
  return {
    // A mangled name is pure ASCII.
    first: (name) => min + phash2(Buffer.from(name, 'latin1'), max - min),
    next: (address) => (address === max ? min : address + 1),
    text: ipv4Text,
    number: ipv4Number,
    range: max - min,
  }
}

/** `min + SHA-1(name) mod (max − min)`, the digest read as one big-endian number. */
function space6(pool: Pool): Space<bigint> {
  const min = ipv6Number(pool.min)
  const max = ipv6Number(pool.max)
  return {
    first: (name) => min + (BigInt(`0x${createHash('sha1').update(name).digest('hex')}`) % (max - min)),
    next: (address) => (address === max ? min : address + 1n),
    text: ipv6Text,
    number: ipv6Number,
    range: max - min,
  }
}

/** A range of addresses, both ends included. */
export interface Pool {
  min: string
  max: string
}

/** The address that a hashed name (`my-app.marathon`) gets when nobody has it yet. */
export function firstAddress(name: string, family: Family = 4): string {
  return family === 6
    ? ipv6Text(space6(DEFAULT_POOL6).first(name))
    : ipv4Text(space4(DEFAULT_POOL).first(name))
}

/**
 * Named VIPs and their addresses in one family. Mappings belong to the label and framework *as
 * written*: `/foo` and `foo` share a DNS name and have neighbouring addresses. All ports and
 * protocols of a label share its address.
 */
export class AddressPool {
  private readonly owners = new Map<number | bigint, string>()
  private readonly addresses = new Map<string, number | bigint>()
  private readonly space: Space<number | bigint>

  constructor(
    family: Family = 4,
    private readonly pool: Pool = family === 6 ? DEFAULT_POOL6 : DEFAULT_POOL,
  ) {
    this.space = (family === 6 ? space6(pool) : space4(pool)) as Space<number | bigint>
  }

  /** The address of a label, allocated on first use. Throws RangeError when the pool is exhausted. */
  allocate(label: string, framework: string): string {
    const owner = ownerKey(label, framework)
    const known = this.addresses.get(owner)
    if (known !== undefined) return this.space.text(known)
    let candidate = this.space.first(vipName(label, framework))
    for (let probe = 0; probe < this.space.range; probe++) {
      if (!this.owners.has(candidate)) {
        this.owners.set(candidate, owner)
        this.addresses.set(owner, candidate)
        return this.space.text(candidate)
      }
      candidate = this.space.next(candidate)
    }
    throw new RangeError(`no virtual IP is left between ${this.pool.min} and ${this.pool.max}`)
  }

  /** Takes over a mapping that was allocated earlier. */
  adopt(label: string, framework: string, address: string): void {
    const owner = ownerKey(label, framework)
    this.addresses.set(owner, this.space.number(address))
    this.owners.set(this.space.number(address), owner)
  }

  /** The address of a label, or undefined when it has none. */
  find(label: string, framework: string): string | undefined {
    const address = this.addresses.get(ownerKey(label, framework))
    return address === undefined ? undefined : this.space.text(address)
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
      yield {
        framework: owner.slice(0, split),
        label: owner.slice(split + 1),
        address: this.space.text(address),
      }
    }
  }
}

/** A framework name holds no line break, so the first one separates it from the label. */
function ownerKey(label: string, framework: string): string {
  return `${framework}\n${label}`
}
