import { existsSync, realpathSync } from 'node:fs'
import type { Clock } from '../../../shared/clock.js'
import {
  isSameProcess,
  processesMarked,
  processesWritingBelow,
  signalGroup,
  signalProcess,
} from '../../kit/processes.js'
import { readRecords, sandboxPrefix, type TaskRecord, writeRecord } from './sandboxes.js'

/** What every process of a task carries; only the agent can set it, Marathon's environment cannot. */
const MARK = 'MESOS_SANDBOX'
const PAUSE = 5
const LONGEST_SWEEP = 2000

let scan: Promise<Map<number, string>> | null = null

/**
 * Processes of tasks: those that carry the mark, and those without that write to a task's output. One look at
 * all processes serves everybody who asks in the same turn: many tasks may end at once.
 */
function markedProcesses(): Promise<Map<number, string>> {
  scan ??= new Promise((resolve, reject) => {
    setImmediate(() => {
      scan = null
      try {
        resolve(new Map([...processesWritingBelow('/'), ...processesMarked(MARK, '/')]))
      } catch (error) {
        reject(error)
      }
    })
  })
  return scan
}

async function processesOf(isMine: (sandbox: string) => boolean): Promise<number[]> {
  return [...(await markedProcesses())].filter(([, sandbox]) => isMine(sandbox)).map(([pid]) => pid)
}

/**
 * Kills what is left of a task whose leader has ended, also processes that left its group. Returns when
 * nothing is left; pids that outlive even that (in the kernel's uninterruptible sleep) are returned.
 */
export async function sweepTask(sandbox: string, leader: number, clock: Clock): Promise<number[]> {
  signalGroup(leader, 'SIGKILL')
  return killMarked((value) => value === sandbox || value.startsWith(`${sandbox}/`), clock)
}

/** Twice nothing in a row is the end: a process in the middle of exec shows no environment. */
async function killMarked(isMine: (sandbox: string) => boolean, clock: Clock): Promise<number[]> {
  const deadline = clock.now() + LONGEST_SWEEP
  for (let quiet = 0; quiet < 2; ) {
    const pids = await processesOf(isMine)
    if (pids.length > 0 && clock.now() > deadline) return pids
    for (const pid of pids) signalProcess(pid, 'SIGKILL')
    quiet = pids.length === 0 ? quiet + 1 : 0
    if (quiet < 2) await clock.sleep(PAUSE)
  }
  return []
}

/** How to deal with what an earlier cluster left: where to tell of it, and milliseconds until SIGKILL. */
export interface LeftoverOptions {
  clock: Clock
  log: (line: string) => void
  graceMs: number
}

/**
 * Stops the tasks that a cluster left running when it was killed; `dir` is that of its agent, and no cluster
 * may be using it. A group is touched only when its leader still has the recorded identity, any other
 * process only when its environment names a sandbox of `dir`: never a stranger with a used-again pid.
 * Resolves with the ids of the tasks that were still running.
 */
export async function stopLeftovers(
  dir: string,
  { log, graceMs, clock }: LeftoverOptions,
): Promise<string[]> {
  if (!existsSync(dir)) return []
  const home = realpathSync(dir)
  const open = readRecords(home).filter(({ ended }) => ended === null)
  const first = await lookAround(home, open)
  const stopped = [...new Set([...first.leaders.keys(), ...first.marked.values()])].sort()
  if (stopped.length > 0) {
    log(`stopping tasks of an earlier cluster: ${stopped.join(', ')}`)
    await terminate(home, open, first, graceMs, clock)
    const left = await killMarked((sandbox) => sandbox.startsWith(sandboxPrefix(home)), clock)
    if (left.length > 0) log(`processes of earlier tasks do not die: ${left.join(', ')}`)
  }
  for (const record of open) {
    const message = 'The cluster was killed while the task ran'
    writeRecord(home, { ...record, process: null, ended: { at: clock.now(), state: 'TASK_KILLED', message } })
  }
  return stopped
}

/** What still runs of an agent's tasks. */
interface Leftovers {
  /** Task id → pid of a leader that is surely the recorded one. */
  leaders: Map<string, number>
  /** Pid → task id, for every process that carries the mark of a sandbox. */
  marked: Map<number, string>
}

async function lookAround(home: string, open: TaskRecord[]): Promise<Leftovers> {
  const prefix = sandboxPrefix(home)
  const marked = new Map<number, string>()
  for (const [pid, sandbox] of await markedProcesses()) {
    const taskId = sandbox.slice(prefix.length).split('/')[0]
    if (sandbox.startsWith(prefix) && taskId) marked.set(pid, taskId)
  }
  const leaders = new Map<string, number>()
  for (const { id, process } of open) {
    if (process && (await isSameProcess(process.pid, process.identity))) leaders.set(id, process.pid)
  }
  return { leaders, marked }
}

/** SIGTERM as a task's own kill would send it: to its group, or to each process where the leader is gone. */
async function terminate(
  home: string,
  open: TaskRecord[],
  first: Leftovers,
  graceMs: number,
  clock: Clock,
): Promise<void> {
  for (const pid of first.leaders.values()) signalGroup(pid, 'SIGTERM')
  for (const [pid, id] of first.marked) if (!first.leaders.has(id)) signalProcess(pid, 'SIGTERM')
  const deadline = clock.now() + graceMs
  for (let left = first; ; left = await lookAround(home, open)) {
    if (left.leaders.size === 0 && left.marked.size === 0) return
    if (clock.now() >= deadline) {
      for (const pid of left.leaders.values()) signalGroup(pid, 'SIGKILL')
      return
    }
    await clock.sleep(20)
  }
}
