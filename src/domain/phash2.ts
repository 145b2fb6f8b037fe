/**
 * Erlang's `phash2` for binaries: Bob Jenkins' lookup2 with the golden ratio as start values and
 * Erlang's own third start value for binaries. The load balancer of DC/OS derives every named
 * virtual IP from it, so it must agree to the last bit (source: Erlang/OTP, `erts_internal_hash`
 * family as used by dcos-net).
 */
const GOLDEN_RATIO = 0x9e3779b9
const BINARY_START = 0x08d12e65

/** The full 32 bits, unsigned. */
export function phash2Raw(bytes: Uint8Array): number {
  const length = bytes.length
  if (length === 0) return BINARY_START
  let a = GOLDEN_RATIO | 0
  let b = GOLDEN_RATIO | 0
  let c = BINARY_START | 0
  let at = 0
  let rest = length
  const mix = () => {
    a = ((a - b - c) | 0) ^ (c >>> 13)
    b = ((b - c - a) | 0) ^ (a << 8)
    c = ((c - a - b) | 0) ^ (b >>> 13)
    a = ((a - b - c) | 0) ^ (c >>> 12)
    b = ((b - c - a) | 0) ^ (a << 16)
    c = ((c - a - b) | 0) ^ (b >>> 5)
    a = ((a - b - c) | 0) ^ (c >>> 3)
    b = ((b - c - a) | 0) ^ (a << 10)
    c = ((c - a - b) | 0) ^ (b >>> 15)
  }
  for (; rest >= 12; rest -= 12, at += 12) {
    a = (a + littleEndian(bytes, at)) | 0
    b = (b + littleEndian(bytes, at + 4)) | 0
    c = (c + littleEndian(bytes, at + 8)) | 0
    mix()
  }
  c = (c + length) | 0
  // The lowest byte of c belongs to the length, so the last three bytes start one byte higher.
  for (let j = 0; j < rest; j++) {
    const byte = bytes[at + j]!
    if (j < 4) a = (a + (byte << (8 * j))) | 0
    else if (j < 8) b = (b + (byte << (8 * (j - 4)))) | 0
    else c = (c + (byte << (8 * (j - 7)))) | 0
  }
  mix()
  return c >>> 0
}

/** `phash2(bytes, range)`: 0 … range − 1, for every range from 1 to 2^32. */
export function phash2(bytes: Uint8Array, range: number): number {
  return phash2Raw(bytes) % range
}

function littleEndian(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
