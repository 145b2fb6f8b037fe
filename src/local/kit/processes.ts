import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Identity of a live process: text that no later process with the same pid has (boot and start time).
 * Null when no such process runs; a zombie does not run.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  return process.platform === 'linux' ? identityFromProc(pid) : identityFromPs(pid)
}

function identityFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // proc(5): the name in parentheses may hold anything; after it come the state and, 19 fields on, the start time.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()}/${fields[19]}`
  } catch {
    return null
  }
}

function identityFromPs(pid: number): Promise<string | null> {
  return new Promise((resolve) => {
    execFile('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], (error, stdout) => {
      const [, state, start] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? []
      resolve(error || !start || state?.startsWith('Z') ? null : start)
    })
  })
}

/** Whether `pid` is still the process that had this identity. */
export async function isSameProcess(pid: number, identity: string): Promise<boolean> {
  return (await processIdentity(pid)) === identity
}

/** Sends a signal to one process; false when it is gone or not ours. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  return send(pid, signal)
}

/** Sends a signal to every process of a group; false when the group is empty or not ours. */
export function signalGroup(group: number, signal: NodeJS.Signals): boolean {
  return send(-group, signal)
}

function send(target: number, signal: NodeJS.Signals): boolean {
  // 0 and -1 mean "my own group" and "everybody": never what a caller here wants.
  if (!Number.isInteger(target) || Math.abs(target) < 2)
    throw new RangeError(`no process or group: ${target}`)
  try {
    return process.kill(target, signal)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH' || code === 'EPERM') return false
    throw error
  }
}

/**
 * Live processes (without this one) whose environment at start held a variable `name` with a value that
 * begins with `prefix`: pid → value. Forked and detached descendants keep that environment. Linux only,
 * elsewhere empty; processes of other users are not seen by an ordinary user.
 */
export function processesMarked(name: string, prefix: string): Map<number, string> {
  const found = new Map<number, string>()
  if (process.platform !== 'linux') return found
  const marker = Buffer.from(`${name}=${prefix}`)
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const value = markedValue(pid, marker, name.length + 1)
    if (value !== null) found.set(pid, value)
  }
  return found
}

/**
 * Live processes (without this one) whose stdout or stderr is a file below `prefix`: pid → that file. Finds
 * descendants that have cleared their environment. Linux only, elsewhere empty.
 */
export function processesWritingBelow(prefix: string): Map<number, string> {
  const found = new Map<number, string>()
  if (process.platform !== 'linux') return found
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const file = [1, 2].map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)).find((link) => link?.startsWith(prefix))
    if (file) found.set(pid, file)
  }
  return found
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}

function markedValue(pid: number, marker: Buffer, nameLength: number): string | null {
  let environ: Buffer
  try {
    environ = readFileSync(`/proc/${pid}/environ`)
  } catch {
    return null
  }
  for (let at = environ.indexOf(marker); at !== -1; at = environ.indexOf(marker, at + 1)) {
    if (at > 0 && environ[at - 1] !== 0) continue
    const end = environ.indexOf(0, at)
    return environ.toString('utf8', at + nameLength, end === -1 ? undefined : end)
  }
  return null
}
