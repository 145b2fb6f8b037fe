import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tempDir } from './temp-dir.js'

export { tempDir } from './temp-dir.js'

/** The project's folder. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))
const program = join(projectRoot, 'bin', 'run.js')

/** How to run the program; what is not given is as in an empty home folder. */
export interface RunOptions {
  /** Variables beside PATH, HOME and DCOS_DIR; `undefined` takes one away. */
  env?: Record<string, string | undefined>
  cwd?: string
  /** What stdin says; without it stdin is empty. */
  input?: string
  /** Milliseconds after which the process is killed; 20,000. */
  timeoutMs?: number
  /** Called with the process when it has started, to send signals or close pipes. */
  started?: (child: ChildProcess) => void
}

/** How the process ended and what it printed. */
export interface RunResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** Runs the built program as a process of its own, with a HOME and a DCOS_DIR of its own. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return runNode([program, ...args], options)
}

/** Runs Node.js with these words, under the same conditions as {@link runCli}. */
export async function runNode(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { env, cwd, input, timeoutMs = 20_000, started } = options
  const child = spawn(process.execPath, argv, {
    cwd,
    env: cleanEnv(env),
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  // A process that ends without reading its input is none of our business.
  child.stdin.on('error', () => {}).end(input ?? '')
  started?.(child)
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}

let sharedHome: string | undefined

/** One home folder a test file, so that compiled code is kept between runs; DCOS_DIR is new for each run. */
function cleanEnv(env: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  sharedHome ??= tempDir()
  const dcosDir = 'DCOS_DIR' in env || 'HOME' in env ? undefined : tempDir()
  return { PATH: process.env.PATH, HOME: sharedHome, DCOS_DIR: dcosDir, ...env }
}
