import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
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
  const mine = `${process.pid} ${(await processIdentity(process.pid)) ?? ''}`
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, mine)
      closeSync(file)
      return { release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = await holderOf(path)
    if (holder !== null)
      throw new UserError('E_ALREADY_RUNNING', `Another cluster (process ${holder}) uses ${path}.`, {
        next: ['Look at it with `dcos local status`, end it with `dcos local down`.'],
      })
    // Renamed before it is removed, so that two who find the same stale lock do not remove a fresh one.
    const stale = `${path}.stale-${process.pid}`
    try {
      renameSync(path, stale)
      rmSync(stale, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new Error(`cannot take the lock ${path}`)
}

/** Pid of the live process that holds a lock; null when nobody does. */
export async function holderOf(path: string): Promise<number | null> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return null
  }
  const space = text.indexOf(' ')
  const pid = Number(text.slice(0, space))
  if (space < 0 || !Number.isInteger(pid)) return null
  return (await isSameProcess(pid, text.slice(space + 1))) ? pid : null
}
