import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processesMarked } from '../../src/local/kit/processes.js'
import { AgentPart } from '../../src/local/parts/agent/agent.js'
import type { TaskLaunch, TaskUpdate } from '../../src/local/parts/agent/contract.js'
import { systemClock } from '../../src/shared/clock.js'

/** An agent on a temporary folder, and what a test wants to see of its tasks. */
export class TestAgent {
  readonly dir = mkdtempSync(join(tmpdir(), 'dcos-agent-'))
  readonly updates: TaskUpdate[] = []
  readonly lines: string[] = []
  readonly part: AgentPart
  private waiting: (() => void)[] = []

  constructor(env: Record<string, string | undefined> = process.env) {
    this.part = new AgentPart({
      dir: this.dir,
      hostsFile: join(this.dir, 'hosts'),
      clock: systemClock,
      env,
      log: (line) => this.lines.push(line),
      onUpdate: (update) => {
        this.updates.push(update)
        for (const wake of this.waiting.splice(0)) wake()
      },
    })
  }

  launch(id: string, command: string | string[], more: Partial<TaskLaunch> = {}): void {
    const how = typeof command === 'string' ? { shell: command } : { argv: command }
    this.part.launch({ id, app: '/app', command: how, env: {}, fetch: [], ...more })
  }

  /** Resolves with the message of the task's first update with this state. */
  async reached(id: string, state: TaskUpdate['state']): Promise<string> {
    for (;;) {
      const update = this.updates.find((seen) => seen.task === id && seen.state === state)
      if (update) return update.message
      const terminal = this.updates.find(({ task, state: s }) => task === id && TERMINAL.includes(s))
      if (terminal) throw new Error(`${id} ended as ${terminal.state}: ${terminal.message}`)
      await new Promise<void>((wake) => this.waiting.push(wake))
    }
  }

  /** The states of a task so far, without their common prefix. */
  states(id: string): string {
    const mine = this.updates.filter(({ task }) => task === id)
    return mine.map(({ state }) => state.replace('TASK_', '')).join(' ')
  }

  output(id: string, stream: 'stdout' | 'stderr' = 'stdout'): string {
    const files = this.part.logs(id)
    return files ? readFileSync(files[stream], 'utf8') : ''
  }

  /** Resolves when a task has printed this text. */
  async printed(id: string, text: string): Promise<void> {
    for (const end = Date.now() + 20_000; !this.output(id).includes(text); ) {
      if (Date.now() > end) throw new Error(`${id} never printed '${text}', but: ${this.output(id)}`)
      await systemClock.sleep(10)
    }
  }

  /** Processes of this agent's tasks that run now. */
  get processes(): number[] {
    return [...processesMarked('MESOS_SANDBOX', this.dir).keys()]
  }

  async remove(): Promise<void> {
    await this.part.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

const TERMINAL: string[] = ['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_ERROR']
