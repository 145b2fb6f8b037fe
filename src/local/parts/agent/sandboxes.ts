import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentTaskState } from './contract.js'

/** What the agent remembers of a task on disk: enough to find its process again, and its output later. */
export interface TaskRecord {
  id: string
  app: string
  /** Milliseconds since the epoch. */
  started: number
  /** Leader of the task's process group, and what tells it from a later process with that pid. */
  process: { pid: number; identity: string } | null
  /** Null while it runs (or when the cluster was killed before it could see the end). */
  ended: { at: number; state: AgentTaskState; message: string } | null
}

/** Ended sandboxes that are kept for each app. */
const KEPT_PER_APP = 5

/** Where a task lives: `<dir>/tasks/<task id>`. */
export const sandboxOf = (dir: string, taskId: string) => join(dir, 'tasks', taskId)

/** Prefix of all sandboxes of an agent. */
export const sandboxPrefix = (dir: string) => join(dir, 'tasks', '/')

// Beside the sandboxes, not in them: there a task may write what it likes.
const recordOf = (dir: string, taskId: string) => join(dir, 'records', `${taskId}.json`)

/** Whether an id can be the name of a folder; the agent refuses others. */
export function isSafeTaskId(id: string): boolean {
  return /^[^/\0]+$/.test(id) && id !== '.' && id !== '..'
}

/** Makes the folders of an agent, closed to other users. */
export function makeFolders(dir: string): void {
  for (const name of ['tasks', 'records']) mkdirSync(join(dir, name), { recursive: true, mode: 0o700 })
}

/** Replaces a task's record as a whole: a reader sees the old or the new one. */
export function writeRecord(dir: string, record: TaskRecord): void {
  const file = recordOf(dir, record.id)
  writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** All records, newest first; unreadable ones are left out. */
export function readRecords(dir: string): TaskRecord[] {
  const folder = join(dir, 'records')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readRecord(join(folder, name)))
    .sort((a, b) => b.started - a.started || (a.id < b.id ? 1 : -1))
}

function readRecord(file: string): TaskRecord[] {
  try {
    return [JSON.parse(readFileSync(file, 'utf8')) as TaskRecord]
  } catch {
    return []
  }
}

/** Deletes all but the newest ended sandboxes of each app, or of one app; running tasks are not touched. */
export async function pruneSandboxes(dir: string, app?: string): Promise<void> {
  const seen = new Map<string, number>()
  for (const record of readRecords(dir)) {
    if (record.ended === null || (app !== undefined && record.app !== app)) continue
    const nth = (seen.get(record.app) ?? 0) + 1
    seen.set(record.app, nth)
    if (nth <= KEPT_PER_APP) continue
    await rm(sandboxOf(dir, record.id), { recursive: true, force: true })
    rmSync(recordOf(dir, record.id), { force: true })
  }
}

/**
 * Sandboxes that people mean by `text`, newest first: the task with this id; else the tasks of this app
 * (`/shop/api` or `shop/api`); else the tasks whose id begins so.
 */
export function findSandboxes(dir: string, text: string): string[] {
  const records = readRecords(dir)
  const app = `/${text.replace(/^\/+/, '')}`
  const readings = [
    records.filter(({ id }) => id === text),
    records.filter((record) => record.app === app),
    records.filter(({ id }) => text !== '' && id.startsWith(text)),
  ]
  const meant = readings.find((found) => found.length > 0) ?? []
  return meant.map(({ id }) => sandboxOf(dir, id)).filter((sandbox) => existsSync(sandbox))
}
