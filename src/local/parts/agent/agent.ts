import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Clock } from '../../../shared/clock.js'
import { messageOf } from '../../../shared/errors.js'
import type { PartHealth } from '../../kit/part.js'
import type { Agent, AgentTaskState, NamesState, TaskLaunch, TaskUpdate } from './contract.js'
import { writeHosts } from './hosts-file.js'
import { stopLeftovers } from './leftovers.js'
import { commandWithNames, probeNames } from './names.js'
import { PortBook } from './port-book.js'
import { isSafeTaskId, makeFolders, pruneSandboxes, sandboxOf, writeRecord } from './sandboxes.js'
import { taskEnvironment } from './task-environment.js'
import { TaskRun } from './task-run.js'

/** What the agent is given. */
export interface AgentOptions {
  /** Its folder: sandboxes are `<dir>/tasks/<task id>/{stdout,stderr,…}`. One agent at a time. */
  dir: string
  /** The hosts file that tasks see as /etc/hosts; written here, in place. */
  hostsFile: string
  clock: Clock
  /** Called in order per task, never from inside `launch` or `kill`. */
  onUpdate: (update: TaskUpdate) => void
  log: (line: string) => void
  /** First and last host port to hand out; Mesos' default is 31000 to 32000. */
  portRange?: [number, number]
  /** The machine's environment, of which tasks get a few variables (PATH, HOME …) and no more. */
  env: Record<string, string | undefined>
}

/** How long tasks of a cluster that was killed get to end by themselves. */
const LEFTOVER_GRACE = 3000

/** Runs tasks as plain processes of this machine, each a session of its own in a sandbox folder. */
export class AgentPart implements Agent {
  readonly name = 'agent'
  private readonly runs = new Map<string, { run: TaskRun; over: Promise<void> }>()
  private readonly ports: PortBook
  private dir: string
  private state: 'new' | 'started' | 'stopped' = 'new'
  private namesState: NamesState = { works: false, reason: 'The agent has not started.' }
  private pruning: Promise<void> = Promise.resolve()

  constructor(private readonly options: AgentOptions) {
    const [first, last] = options.portRange ?? [31000, 32000]
    this.ports = new PortBook(first, last)
    this.dir = options.dir
  }

  get names(): NamesState {
    return this.namesState
  }

  async start(): Promise<void> {
    makeFolders(this.options.dir)
    // Sandboxes are found again by their path, so it must not depend on the way taken to it.
    this.dir = realpathSync(this.options.dir)
    writeHosts(this.options.hostsFile, new Map())
    const { log, clock } = this.options
    const [names] = await Promise.all([
      probeNames(this.options.hostsFile),
      stopLeftovers(this.dir, { log, graceMs: LEFTOVER_GRACE, clock }),
    ])
    this.namesState = names
    this.state = 'started'
    this.prune()
  }

  async stop(): Promise<void> {
    this.state = 'stopped'
    for (const { run } of this.runs.values()) run.kill()
    await Promise.all([...this.runs.values()].map(({ over }) => over))
    await this.pruning
  }

  health(): PartHealth {
    const count = this.runs.size
    return { healthy: this.state === 'started', detail: count === 1 ? '1 task' : `${count} tasks` }
  }

  launch(task: TaskLaunch): void {
    const { clock, env } = this.options
    const report = (state: AgentTaskState, message: string) => this.report(task.id, state, message)
    if (this.state !== 'started') {
      report('TASK_FAILED', 'The agent does not run')
      return
    }
    if (!isSafeTaskId(task.id)) {
      report('TASK_ERROR', `'${task.id}' cannot be the name of a sandbox folder`)
      return
    }
    if (this.runs.has(task.id)) {
      this.options.log(`${task.id}: runs already, not launched again`)
      return
    }
    const sandbox = sandboxOf(this.dir, task.id)
    const run = new TaskRun(task, {
      sandbox,
      env: taskEnvironment(env, task, sandbox, dirname(process.execPath)),
      clock,
      wrap: (argv, env) => this.withNames(argv, env),
      report,
      record: (record) => writeRecord(this.dir, record),
      log: this.options.log,
    })
    const over = run.run().finally(() => {
      this.runs.delete(task.id)
      this.prune(task.app)
    })
    this.runs.set(task.id, { run, over })
  }

  kill(taskId: string): void {
    this.runs.get(taskId)?.run.kill()
  }

  async runBeside(taskId: string, command: string, timeoutMs: number): Promise<number | null> {
    return this.runs.get(taskId)?.run.runBeside(command, timeoutMs) ?? null
  }

  allocatePorts(count: number): Promise<number[]> {
    return this.ports.allocate(count)
  }

  claimPort(port: number): Promise<boolean> {
    return this.ports.claim(port)
  }

  releasePorts(ports: number[]): void {
    this.ports.release(ports)
  }

  logs(taskId: string): { stdout: string; stderr: string } | null {
    if (!isSafeTaskId(taskId)) return null
    const sandbox = sandboxOf(this.dir, taskId)
    return existsSync(sandbox) ? { stdout: join(sandbox, 'stdout'), stderr: join(sandbox, 'stderr') } : null
  }

  setNames(names: Map<string, string>): void {
    writeHosts(this.options.hostsFile, names)
  }

  private withNames(argv: string[], env: Record<string, string>): string[] {
    return commandWithNames({ argv, hostsFile: this.options.hostsFile, names: this.names, env })
  }

  /** Updates leave in order, each in a turn of its own: a receiver may launch and kill from inside. */
  private report(task: string, state: AgentTaskState, message: string): void {
    queueMicrotask(() => this.options.onUpdate({ task, state, message }))
  }

  private prune(app?: string): void {
    const failed = (error: unknown) => this.options.log(`cannot delete old sandboxes: ${messageOf(error)}`)
    this.pruning = this.pruning.then(() => pruneSandboxes(this.dir, app)).catch(failed)
  }
}
