import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../shared/clock.js'
import { UserError } from '../shared/errors.js'
import { isSameProcess, signalProcess } from './kit/processes.js'
import { holderOf } from './lock.js'
import type { StartOrder, StartReport } from './main.js'
import { findProgram, SYSTEM_PATH } from './parts/agent/find-program.js'
import { stopLeftovers } from './parts/agent/leftovers.js'
import { commandWithNames, probeNames } from './parts/agent/names.js'
import { findSandboxes } from './parts/agent/sandboxes.js'
import {
  type ClusterIdentity,
  folderError,
  type LocalPaths,
  loadIdentity,
  localPaths,
  makeFolder,
  type RunningCluster,
  readIdentity,
  readRunning,
  removeRunning,
} from './state-files.js'

const START_LIMIT_MS = 60_000
/** For a cluster that is being started by somebody else. */
const APPEAR_LIMIT_MS = 10_000
/** Tasks have their own grace; this is on top of the longest that is common. */
const STOP_LIMIT_MS = 60_000
const LEFTOVER_GRACE_MS = 3000

/** What surrounds a command that is run with the cluster's names. */
export interface ExecSurroundings {
  /** Told first when the names cannot be seen. */
  onWarning: (text: string) => void
  /** Aborted when this program is asked to end; the reason says by which `signal`, which is passed on. */
  signal: AbortSignal
  /** Whether a terminal is at stdin: its Ctrl-C goes to the command, too. */
  terminal: boolean
}

/** Starts, finds and ends the embedded cluster of one DCOS_DIR from outside its process. */
export class LocalControl {
  private readonly paths: LocalPaths

  /** `program` is what runs the cluster: arguments for Node, the order is appended. */
  constructor(
    private readonly dcosDir: string,
    private readonly program: string[],
    private readonly version: string,
    private readonly env: Record<string, string | undefined>,
    private readonly clock: Clock,
  ) {
    this.paths = localPaths(dcosDir)
  }

  get logFile(): string {
    return this.paths.log
  }

  /** The cluster that runs, null when none does; what a dead one left in the way is not taken for it. */
  async find(): Promise<RunningCluster | null> {
    const running = readRunning(this.paths)
    if (running?.pidIdentity == null) return null
    return (await isSameProcess(running.pid, running.pidIdentity)) ? running : null
  }

  identity(): ClusterIdentity {
    return loadIdentity(this.paths)
  }

  /** The identity if there is one; null where no cluster was ever started. */
  knownIdentity(): ClusterIdentity | null {
    return readIdentity(this.paths)
  }

  /** Output files of the newest task that an id, the beginning of one, or an app id means. */
  taskLogs(text: string): { path: string; stream: 'stdout' | 'stderr' }[] {
    const [newest] = findSandboxes(this.paths.agent, text)
    if (newest === undefined)
      throw new UserError('E_TASK_NOT_FOUND', `The embedded cluster has run no task ${text}.`, {
        next: ['`dcos vip show ADDRESS` names the tasks of a VIP; an app id such as /my-service works, too.'],
      })
    return (['stdout', 'stderr'] as const).map((stream) => ({ path: join(newest, stream), stream }))
  }

  /**
   * Runs a command that sees the cluster's names, sharing this process's streams; resolves with its exit
   * code (128 + n after signal n).
   */
  async exec(argv: string[], { onWarning, signal, terminal }: ExecSurroundings): Promise<number> {
    if ((await this.find()) === null)
      throw new UserError('E_NOT_RUNNING', 'The embedded cluster is not running.', {
        next: ['Start it: dcos local up'],
      })
    const found = findProgram(argv[0] ?? '', this.env.PATH ?? SYSTEM_PATH, process.cwd())
    if ('errno' in found)
      throw new UserError(
        'E_NO_COMMAND',
        found.errno === 'ENOENT'
          ? `There is no command ${argv[0]}.`
          : `${argv[0]} is no program that you may run.`,
        // What shells answer in these two cases.
        { exitCode: found.errno === 'ENOENT' ? 127 : 126 },
      )
    const names = await probeNames(this.paths.hosts)
    if (!names.works)
      onWarning(
        `Warning: the command does not see the cluster's names: ${names.reason} \`dcos vip show ADDRESS\` tells where to connect.`,
      )
    const [program = '', ...rest] = commandWithNames({ argv, hostsFile: this.paths.hosts, names })
    const child = spawn(program, rest, { stdio: 'inherit', env: { ...this.env } })
    const pass = () => {
      const { signal: name } = signal.reason as { signal?: string }
      // Ctrl-C of a terminal has reached the command already.
      if (name === 'SIGTERM' || (name === 'SIGINT' && !terminal)) child.kill(name)
    }
    signal.addEventListener('abort', pass)
    return new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
    }).finally(() => signal.removeEventListener('abort', pass))
  }

  /** Starts a cluster in the background and waits until it serves; one that another call starts meanwhile will do. */
  async startDetached(order: { port: number; dnsPort: number }): Promise<RunningCluster> {
    try {
      return await this.launch(order)
    } catch (error) {
      const other = error instanceof UserError && error.code === 'E_ALREADY_RUNNING' && (await this.appears())
      if (!other) throw error
      return other
    }
  }

  /** The cluster whose process holds the lock, as soon as it serves; null when it does not in time. */
  private async appears(): Promise<RunningCluster | null> {
    const deadline = this.clock.now() + APPEAR_LIMIT_MS
    for (;;) {
      const running = await this.find()
      if (running !== null || this.clock.now() > deadline) return running
      await this.clock.sleep(20)
    }
  }

  private async launch(order: { port: number; dnsPort: number }): Promise<RunningCluster> {
    const log = this.openLog()
    const child = spawn(process.execPath, this.arguments(order), {
      cwd: this.paths.dir,
      env: { ...this.env },
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    const limit = this.clock.after(START_LIMIT_MS, () => child.kill('SIGKILL'))
    try {
      return await new Promise<RunningCluster>((resolve, reject) => {
        child.on('message', (message: StartReport) => {
          if (message.kind === 'ready') resolve(message.running)
          else reject(new UserError(message.code, message.message, { next: message.next }))
        })
        child.on('error', reject)
        // Not `exit`, which may come before the last message.
        child.on('close', (code, signal) => reject(this.died(code, signal)))
      })
    } finally {
      limit()
      if (child.connected) child.disconnect()
      child.unref()
    }
  }

  /** Runs a cluster as a child that shares this terminal; resolves with its exit code once it has ended. */
  async runAttached(
    order: { port: number; dnsPort: number },
    signal: AbortSignal,
    onReady: (running: RunningCluster) => Promise<void>,
  ): Promise<number> {
    makeFolder(this.paths)
    const child = spawn(process.execPath, this.arguments(order), {
      cwd: this.paths.dir,
      env: { ...this.env },
      // A session of its own: Ctrl-C reaches it once, through us, and not a second time from the terminal.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const stop = () => child.kill('SIGTERM')
    signal.addEventListener('abort', stop)
    try {
      return await new Promise<number>((resolve, reject) => {
        child.on('message', (message: StartReport) => {
          if (message.kind === 'failed')
            reject(new UserError(message.code, message.message, { next: message.next }))
          else onReady(message.running).catch(reject)
        })
        child.on('error', reject)
        child.on('close', (code) => resolve(code ?? 1))
      })
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  /** Ends the cluster and its tasks; also cleans up after one that was killed. False when nothing was there. */
  async stop(): Promise<boolean> {
    const pid = await holderOf(this.paths.lock)
    if (pid === null) {
      const stopped = await stopLeftovers(this.paths.agent, {
        log: () => {},
        graceMs: LEFTOVER_GRACE_MS,
        clock: this.clock,
      })
      removeRunning(this.paths)
      return stopped.length > 0
    }
    signalProcess(pid, 'SIGTERM')
    const deadline = this.clock.now() + STOP_LIMIT_MS
    // The cluster is no child of this process, so its end can only be looked for.
    while ((await holderOf(this.paths.lock)) !== null) {
      if (this.clock.now() > deadline)
        throw new UserError(
          'E_STOP_TIMEOUT',
          `The cluster (process ${pid}) has not ended after ${STOP_LIMIT_MS / 1000} s.`,
          {
            next: [
              `Look into its log: \`dcos local logs\`.`,
              `Or end it by force: \`kill -9 ${pid}\`, then \`dcos local down\` again.`,
            ],
          },
        )
      await this.clock.sleep(20)
    }
    return true
  }

  /** Forgets everything the cluster kept. Only for one that is stopped. */
  removeState(): void {
    try {
      if (existsSync(this.paths.dir)) rmSync(this.paths.dir, { recursive: true, force: true })
    } catch (error) {
      throw folderError(error, this.paths.dir)
    }
  }

  private arguments(order: { port: number; dnsPort: number }): string[] {
    const whole: StartOrder = { ...order, dcosDir: this.dcosDir, version: this.version }
    return [...this.program, JSON.stringify(whole)]
  }

  private openLog(): number {
    makeFolder(this.paths)
    try {
      return openSync(this.paths.log, 'a', 0o600)
    } catch (error) {
      throw folderError(error, this.paths.dir)
    }
  }

  private died(code: number | null, signal: NodeJS.Signals | null): UserError {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`
    return new UserError('E_CLUSTER_DIED', `The cluster ended while it was starting (${how}).`, {
      next: [`Its last words are in ${this.paths.log}.`],
    })
  }
}
