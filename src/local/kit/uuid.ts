import { randomBytes } from 'node:crypto'

/** 100 ns intervals between the UUID epoch (15 October 1582) and the Unix epoch. */
const UUID_EPOCH_OFFSET = 122192928000000000n
const node = randomBytes(6).toString('hex')
const clockSequence = (randomBytes(2).readUInt16BE() & 0x3fff) | 0x8000
let last = 0n

/** A time-based UUID (RFC 9562 version 1), as Marathon's instance ids carry; `now` in ms since the epoch. */
export function uuidV1(now: number): string {
  const ticks = BigInt(Math.trunc(now)) * 10000n + UUID_EPOCH_OFFSET
  last = ticks > last ? ticks : last + 1n
  const hex = last.toString(16).padStart(15, '0')
  return `${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}-${clockSequence.toString(16)}-${node}`
}
