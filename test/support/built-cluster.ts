import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RunOptions, type RunResult, runCli, tempDir } from './run-cli.js'

/** An embedded cluster that the built program has started, with a HOME and a DCOS_DIR of its own. */
export class BuiltCluster {
  readonly home = tempDir()
  readonly dcosDir = join(this.home, '.dcos')
  readonly env: Record<string, string | undefined> = { HOME: this.home, DCOS_DIR: this.dcosDir }

  /** Runs `dcos` with these words against this cluster. */
  dcos(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return runCli(args, { timeoutMs: 60_000, ...options, env: { ...this.env, ...options.env } })
  }

  /** Runs `dcos`, expects exit code 0, and gives what stdout says. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.dcos(args)
    assert.equal(code, 0, `dcos ${args.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }

  /** Runs `dcos … --json`, expects exit code 0, and gives the document. */
  // biome-ignore lint/suspicious/noExplicitAny: documents of many shapes
  async json(...args: string[]): Promise<any> {
    return JSON.parse(await this.ok(...args, '--json'))
  }

  /** Runs `dcos` both ways, expects the same exit code and nothing on stdout but the error under --json. */
  async refused(args: string[], exitCode: number, options: RunOptions = {}): Promise<Refusal> {
    return refusedAlike(
      await this.dcos(args, options),
      await this.dcos([...args, '--json'], options),
      exitCode,
    )
  }

  async up(): Promise<void> {
    await this.ok('local', 'up', '--port', '0', '--dns-port', '0', '--json')
  }

  /** What the token of this cluster is, so that tests can look for it where it must not be. */
  get token(): string {
    return JSON.parse(readFileSync(join(this.dcosDir, 'local', 'identity.json'), 'utf8')).token
  }

  /** What `running.json` says. */
  get running(): { pid: number; url: string; dns: string } {
    return JSON.parse(readFileSync(join(this.dcosDir, 'local', 'running.json'), 'utf8'))
  }
}

/** A refusal in both forms. */
export interface Refusal {
  /** What people read. */
  text: string
  code: string
  message: string
  next: string[]
}

/** A refusal for people and the same one under --json, which must agree. */
export function refusedAlike(human: RunResult, json: RunResult, exitCode: number): Refusal {
  assert.deepEqual([human.code, human.stdout], [exitCode, ''], human.stderr)
  assert.match(human.stderr, /^Error: /m)
  assert.doesNotMatch(human.stderr, /bug in dcos-vip|^ +at /m)
  assert.equal(json.code, exitCode, json.stdout + json.stderr)
  const { error } = JSON.parse(json.stdout)
  assert.deepEqual(Object.keys(error), ['code', 'message', 'next'])
  assert.ok(human.stderr.includes(error.message.split('\n')[0]), `${human.stderr} lacks: ${error.message}`)
  return { text: human.stderr, ...error }
}

/** A cluster for the tests of the surrounding `describe`; taken down and forgotten after them. */
export function useBuiltCluster(): BuiltCluster {
  const cluster = new BuiltCluster()
  before('start the cluster', () => cluster.up())
  after('take the cluster down', async () => {
    await cluster.ok('local', 'down', '--delete')
  })
  return cluster
}

/** Whether this machine has a program; when not, says aloud that what needs it is passed over. */
export function hasProgram(name: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
  if (!found) process.stderr.write(`      ${name} is not installed: what needs it is not tested\n`)
  return found
}

/** A shell command that answers every HTTP request on `$PORT0` with the text. */
export function httpServer(text: string, port = '$PORT0'): string {
  return `exec node -e "require('http').createServer((q, r) => r.end('${text}')).listen(process.argv[1], '127.0.0.1')" ${port}`
}
