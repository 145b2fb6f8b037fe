import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('agent-host.ts', import.meta.url))

/** `agent-host.ts` as a child, its lines and a way to wait for one. */
export class HostProcess {
  readonly child: ChildProcess
  output = ''

  /** `before` is a command that runs the program, such as setpriv with a user id. */
  constructor(dir: string, commands: string[], before: string[] = []) {
    const [file = '', ...args] = [...before, process.execPath, '--import', 'tsx', PROGRAM, dir, ...commands]
    this.child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.output += text
    })
  }

  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match
      if (this.child.exitCode !== null) throw new Error(`it ended without ${pattern}: ${this.output}`)
      await Promise.race([once(this.child.stdout!, 'data'), once(this.child, 'exit')])
    }
  }

  say(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  /** Ends it: by its own stop, or at once as a crash would. */
  async end(how: 'stop' | 'SIGKILL'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const exit = once(this.child, 'exit')
    if (how === 'stop') this.say('stop')
    else this.child.kill(how)
    await exit
  }
}
