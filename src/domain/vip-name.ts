/** The zone in which the load balancer answers for named VIPs. */
export const VIP_ZONE = 'l4lb.thisdcos.directory'

/** The framework name of the root Marathon. */
export const MARATHON_FRAMEWORK = 'marathon'

const DNS_LABEL_LIMIT = 63

/**
 * One piece of a name turned into a DNS label, byte for byte as the cluster does it: lower case,
 * `_` and `.` become `-`, everything outside `[a-z0-9-]` disappears (so `/` is deleted, never a
 * separator), no dash at either end, at most 63 bytes. May be empty.
 * Source: `mesos_state:label/1`.
 */
export function mangle(text: string): string {
  let out = ''
  let started = false
  let tail = false
  // The cluster walks bytes; all bytes of a character outside ASCII are dropped, and so is the character here.
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const c = code >= 0x41 && code <= 0x5a ? code + 0x20 : code
    const alphanumeric = (c >= 0x61 && c <= 0x7a) || (c >= 0x30 && c <= 0x39)
    if (!started) {
      if (!alphanumeric) continue
      started = true
    }
    if (!tail && out.length >= DNS_LABEL_LIMIT) {
      out = withoutTrailingDashes(out)
      tail = true
    }
    if (tail) {
      if (out.length === DNS_LABEL_LIMIT) break
      if (alphanumeric) out += String.fromCharCode(c)
    } else if (alphanumeric) out += String.fromCharCode(c)
    else if (c === 0x2d || c === 0x5f || c === 0x2e) out += '-'
  }
  return withoutTrailingDashes(out)
}

/**
 * A label or framework name as part of a service address: split at the dots, empty pieces dropped,
 * each piece mangled on its own. A piece that mangles to nothing stays and leaves `..`, a name that
 * nobody can resolve.
 */
export function mangleDotted(text: string): string {
  if (!text.includes('.')) return mangle(text)
  return text
    .split('.')
    .filter((piece) => piece !== '')
    .map(mangle)
    .join('.')
}

/** The name that is hashed: mangled `<label>.<framework>`, such as `my-app.marathon`. */
export function vipName(label: string, framework: string): string {
  return `${mangleDotted(label)}.${mangleDotted(framework)}`
}

/** The full DNS name of a named VIP, such as `my-app.marathon.l4lb.thisdcos.directory`. */
export function vipHostname(label: string, framework: string = MARATHON_FRAMEWORK): string {
  return `${vipName(label, framework)}.${VIP_ZONE}`
}

/** Whether DNS can carry the name at all: no empty label, no label over 63 bytes, at most 253 in all. */
export function isResolvable(hostname: string): boolean {
  return (
    hostname.length <= 253 &&
    hostname.split('.').every((label) => label.length > 0 && label.length <= DNS_LABEL_LIMIT)
  )
}

function withoutTrailingDashes(text: string): string {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === 0x2d) end--
  return text.slice(0, end)
}
