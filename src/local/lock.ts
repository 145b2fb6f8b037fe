import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { UserError } from '../shared/errors.js'
import { isSameProcess, processIdentity } from './kit/processes.js'

/** Held by the one process that may use a state folder. */
export interface Lock {
  release(): void
}

/**
 * Takes the lock file at `path`. A lock whose process is gone is taken over; one that is held is refused
 * with `E_ALREADY_RUNNING`.
 */
export async function takeLock(path: string): Promise<Lock> {
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, `${process.pid} ${await processIdentity(process.pid)}`, { mode: 0o600 })
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      // A link appears whole, so nobody ever reads half a lock.
      if (links(draft, path)) return { release: () => rmSync(path, { force: true }) }
      const found = readLock(path)
      const holder = await holderIn(found)
      if (holder !== null) throw held(path, holder)
      if (found !== null) removeStale(path, found, draft)
    }
  } finally {
    rmSync(draft, { force: true })
  }
  throw new Error(`cannot take the lock ${path}`)
}

/** Takes a stale lock away. Another process may have done so and locked meanwhile: that lock is put back. */
function removeStale(path: string, stale: string, draft: string): void {
  const aside = `${draft}.stale`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readLock(aside) !== stale) links(aside, path)
  rmSync(aside, { force: true })
}

function links(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readLock(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

function held(path: string, holder: number): UserError {
  return new UserError('E_ALREADY_RUNNING', `Another cluster (process ${holder}) uses ${path}.`, {
    next: ['Look at it with `dcos local status`, end it with `dcos local down`.'],
  })
}

/** Pid of the live process that holds a lock; null when nobody does. */
export function holderOf(path: string): Promise<number | null> {
  return holderIn(readLock(path))
}

async function holderIn(lock: string | null): Promise<number | null> {
  const text = lock ?? ''
  const space = text.indexOf(' ')
  const pid = Number(text.slice(0, space))
  if (space < 0 || !Number.isInteger(pid)) return null
  return (await isSameProcess(pid, text.slice(space + 1))) ? pid : null
}
