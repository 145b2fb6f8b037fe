import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../shared/clock.js'
import { messageOf } from '../../../shared/errors.js'
import { processIdentity, signalGroup } from '../../kit/processes.js'
import type { AgentTaskState, TaskLaunch } from './contract.js'
import { FetchError, fetchArtifacts } from './fetch-artifacts.js'
import { findProgram } from './find-program.js'
import { sweepTask } from './leftovers.js'
import type { TaskRecord } from './sandboxes.js'
import { exitText, launchErrorText } from './wording.js'

/** What one task's run needs from its agent. */
export interface TaskSurroundings {
  sandbox: string
  env: Record<string, string>
  clock: Clock
  /** Puts the names of the cluster before a command. */
  wrap: (argv: string[], env: Record<string, string>) => string[]
  report: (state: AgentTaskState, message: string) => void
  record: (record: TaskRecord) => void
  log: (line: string) => void
}

/** Mesos' own default between SIGTERM and SIGKILL. */
const DEFAULT_GRACE_SECONDS = 3

/** How a child ended. */
interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** The life of one task: sandbox, fetch, process group, end, sweep. */
export class TaskRun {
  private readonly aborted = new AbortController()
  private readonly beside = new Set<number>()
  private group: number | null = null
  private killing = false
  private takeBackKill = () => {}
  private record: TaskRecord

  constructor(
    private readonly task: TaskLaunch,
    private readonly around: TaskSurroundings,
  ) {
    const { id, app } = task
    this.record = { id, app, started: around.clock.now(), process: null, ended: null }
  }

  /** Runs the task; resolves when it has ended, nothing of it is left and its last update is out. */
  async run(): Promise<void> {
    const { report } = this.around
    report('TASK_STARTING', '')
    let last: [AgentTaskState, string]
    try {
      last = await this.live()
    } catch (error) {
      if (this.killing) last = ['TASK_KILLED', 'Task killed before it was launched']
      else if (error instanceof FetchError) last = ['TASK_FAILED', error.message]
      else last = ['TASK_FAILED', launchErrorText(this.program, error)]
    }
    this.takeBackKill()
    this.note({ process: null, ended: { at: this.around.clock.now(), state: last[0], message: last[1] } })
    report(...last)
  }

  /** SIGTERM to the group, SIGKILL after the grace; before the launch it calls the launch off. */
  kill(): void {
    if (this.killing) return
    this.killing = true
    this.around.report('TASK_KILLING', '')
    this.aborted.abort()
    const { group } = this
    if (group === null) return
    const grace = this.task.killGraceSeconds ?? DEFAULT_GRACE_SECONDS
    if (grace > 0) signalGroup(group, 'SIGTERM')
    this.takeBackKill = this.around.clock.after(grace * 1000, () => signalGroup(group, 'SIGKILL'))
  }

  /** See `Agent.runBeside`. */
  async runBeside(command: string, timeoutMs: number): Promise<number | null> {
    if (this.group === null) return null
    let pid: number | undefined
    let timedOut = false
    let takeBack = () => {}
    try {
      const child = this.spawn(['/bin/sh', '-c', command])
      pid = child.pid
      if (pid !== undefined) this.beside.add(pid)
      const expire = () => {
        timedOut = true
        if (pid !== undefined) signalGroup(pid, 'SIGKILL')
      }
      if (timeoutMs > 0) takeBack = this.around.clock.after(timeoutMs, expire)
      const { code, signal } = await exitOf(child)
      return timedOut ? null : (code ?? 128 + (signal ? constants.signals[signal] : 0))
    } catch (error) {
      this.around.log(`${this.task.id}: ${launchErrorText(command, error)}`)
      return null
    } finally {
      takeBack()
      if (pid !== undefined) {
        this.beside.delete(pid)
        signalGroup(pid, 'SIGKILL')
      }
    }
  }

  private get program(): string {
    const { command } = this.task
    return 'shell' in command ? '/bin/sh' : (command.argv[0] ?? '')
  }

  private async live(): Promise<[AgentTaskState, string]> {
    const { sandbox, report } = this.around
    mkdirSync(sandbox, { recursive: true, mode: 0o700 })
    this.note({})
    if (this.task.fetch.length > 0) await fetchArtifacts(this.task.fetch, sandbox, this.aborted.signal)
    this.aborted.signal.throwIfAborted()
    const { command } = this.task
    const child = this.spawn('shell' in command ? ['/bin/sh', '-c', command.shell] : command.argv)
    const exit = exitOf(child)
    const { pid } = child
    if (pid === undefined) return this.ended(await exit)
    this.group = pid
    const identity = await processIdentity(pid)
    if (identity !== null) this.note({ process: { pid, identity } })
    if (!this.killing) report('TASK_RUNNING', '')
    const end = await exit
    this.group = null
    for (const other of this.beside) signalGroup(other, 'SIGKILL')
    const left = await sweepTask(sandbox, pid, this.around.clock)
    if (left.length > 0) this.around.log(`${this.task.id}: processes do not die: ${left.join(', ')}`)
    return this.ended(end)
  }

  private ended({ code, signal }: Exit): [AgentTaskState, string] {
    const text = exitText(code, signal)
    if (this.killing) return ['TASK_KILLED', text]
    return [code === 0 ? 'TASK_FINISHED' : 'TASK_FAILED', text]
  }

  /** Starts a command as leader of a session of its own, its output going to the sandbox's files. */
  private spawn(argv: string[]): ChildProcess {
    const { sandbox, env, wrap } = this.around
    const found = findProgram(argv[0] ?? '', env.PATH ?? '', sandbox)
    if ('errno' in found) throw Object.assign(new Error(found.errno), { code: found.errno })
    const [file = '', ...args] = wrap(argv, env)
    const files: number[] = []
    try {
      for (const name of ['stdout', 'stderr']) files.push(openSync(join(sandbox, name), 'a', 0o600))
      return spawn(file, args, { cwd: sandbox, env, detached: true, stdio: ['ignore', ...files] })
    } finally {
      for (const fd of files) closeSync(fd)
    }
  }

  private note(change: Partial<TaskRecord>): void {
    this.record = { ...this.record, ...change }
    try {
      this.around.record(this.record)
    } catch (error) {
      this.around.log(`${this.task.id}: cannot keep its record: ${messageOf(error)}`)
    }
  }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}
