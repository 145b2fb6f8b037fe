import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { StartOrder, StartReport } from '../../src/local/main.js'
import type { RunningCluster } from '../../src/local/state-files.js'

/** What runs a cluster, as LocalControl is told: arguments for Node. */
export const CLUSTER_PROGRAM = [
  '--import',
  import.meta.resolve('tsx'),
  fileURLToPath(new URL('../../src/local/main.ts', import.meta.url)),
]

/** A cluster in a process of its own, to be killed. */
export class ClusterProcess {
  readonly child: ChildProcess
  /** What it said of its start. */
  readonly report: Promise<StartReport>
  private readonly over: Promise<unknown>

  /** `before` is a command that runs the cluster, such as setpriv with a user id. */
  constructor({ dcosDir }: { dcosDir: string }, before: string[] = []) {
    const order: StartOrder = { dcosDir, port: 0, dnsPort: 0, version: '0.0.0' }
    const [file = '', ...args] = [...before, process.execPath, ...CLUSTER_PROGRAM, JSON.stringify(order)]
    this.child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.over = once(this.child, 'close')
    this.report = once(this.child, 'message').then(([message]) => message as StartReport)
  }

  /** Resolves when it serves. */
  async ready(): Promise<RunningCluster> {
    const report = await this.report
    if (report.kind === 'failed') throw new Error(`${report.code}: ${report.message}`)
    return report.running
  }

  /** Sends a signal and waits for the end; resolves with the exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.child.kill(signal)
    await this.over
    return this.child.exitCode
  }
}
