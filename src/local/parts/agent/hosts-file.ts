import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

const BEGIN = '# begin of the names of the embedded cluster'
const END = '# end of the names of the embedded cluster'

/**
 * The text of a hosts file: the machine's own and below it a marked block with one name a line
 * (musl reads no line longer than 512 bytes). Names or addresses that would break the format are left out.
 */
export function hostsText(machine: string, names: Map<string, string>): string {
  const lines = [...names]
    .filter(([name, address]) => /^[^\s#]+$/.test(name) && /^[0-9.]+$/.test(address))
    .map(([name, address]) => `${address} ${name}`)
    .sort()
  const own = machine.trimEnd()
  return `${[...(own ? [own] : []), BEGIN, ...lines, END].join('\n')}\n`
}

/**
 * Writes the hosts file in place: it is mounted over /etc/hosts of running tasks, so the inode must stay.
 * One write replaces all content, padded with line ends, so that no reader meets the tail of an old line.
 */
export function writeHosts(file: string, names: Map<string, string>, machineFile = '/etc/hosts'): void {
  mkdirSync(dirname(file), { recursive: true })
  const text = Buffer.from(hostsText(readOr(machineFile, ''), names))
  const fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o644)
  try {
    // Readable whatever the umask: a task of root may go on as another user.
    if ((fstatSync(fd).mode & 0o777) !== 0o644) fchmodSync(fd, 0o644)
    const before = readFileSync(fd)
    if (before.equals(text)) return
    const padding = Buffer.alloc(Math.max(0, before.length - text.length), '\n')
    writeSync(fd, Buffer.concat([text, padding]), 0, undefined, 0)
    if (padding.length > 0) ftruncateSync(fd, text.length)
  } finally {
    closeSync(fd)
  }
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return otherwise
  }
}
