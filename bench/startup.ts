import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * How long the program takes to start, as ratios to `node -e 0`, the least that any Node program costs.
 * The cases take turns, so that a busy machine slows all of them alike; medians of `--rounds` runs (31).
 */
interface Case {
  name: string
  argv: string[]
  /** Ratio that the project holds itself to. */
  goal?: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const program = join(root, 'bin', 'run.js')
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1] || 31)

const home = mkdtempSync(join(tmpdir(), 'dcos-vip-bench-'))
const definition = join(home, 'app.json')
writeFileSync(
  definition,
  JSON.stringify({ id: '/sleeper', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 1 }),
)

// The machine's own environment, in which `node -e 0` runs, too: extra certificates, for one, cost every Node a
// good part of its start. `--bare` leaves nothing of it but PATH, where the floor is lowest and ratios are highest.
const inherited = process.argv.includes('--bare') ? { PATH: process.env.PATH } : process.env
const env = { ...inherited, HOME: home, DCOS_DIR: join(home, '.dcos'), XDG_CACHE_HOME: undefined }

const cases: Case[] = [
  { name: 'node -e 0', argv: ['-e', '0'] },
  { name: 'dcos --version', argv: [program, '--version'], goal: 1.7 },
  { name: 'dcos --help', argv: [program, '--help'] },
  { name: 'dcos vip validate FILE', argv: [program, 'vip', 'validate', definition], goal: 1.7 },
  { name: 'dcos vip list', argv: [program, 'vip', 'list'], goal: 2.2 },
]

try {
  // `vip list` talks to the embedded cluster, in which one app with a VIP runs.
  dcos('local', 'up', '--port', '0', '--dns-port', '0')
  dcos('vip', 'create', '--file', join(root, 'examples', 'udp-echo.json'))
  await measure()
} finally {
  dcos('local', 'down', '--delete')
  rmSync(home, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const runs = new Map<Case, number[]>(cases.map((each) => [each, []]))
  // The first two runs fill the caches: the system's of files, and ours of compiled code.
  for (let round = -2; round < rounds; round++) {
    for (const [each, times] of runs) {
      const { milliseconds, code, stderr } = await run(each.argv)
      if (code !== 0) throw new Error(`${each.name} ended with ${code}: ${stderr}`)
      if (round >= 0) times.push(milliseconds)
    }
  }
  const floor = median(runs.get(cases[0]!)!)
  for (const [{ name, goal }, times] of runs) {
    const time = median(times)
    const wanted = goal ? `(goal ${goal.toFixed(1)})` : ''
    console.log(
      `${name.padEnd(24)} ${time.toFixed(0).padStart(4)} ms  ${(time / floor).toFixed(2)} ${wanted}`,
    )
  }
}

async function run(argv: string[]): Promise<{ milliseconds: number; code: number | null; stderr: string }> {
  const started = performance.now()
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stderr = ''
  child.stdout.resume()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return await new Promise((resolve, reject) => {
    let milliseconds = 0
    child.once('exit', () => {
      milliseconds = performance.now() - started
    })
    child.once('close', (code) => resolve({ milliseconds, code, stderr }))
    child.once('error', reject)
  })
}

/** One call of the program that is not measured. */
function dcos(...words: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [program, ...words], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`dcos ${words.join(' ')}: ${stderr}`)
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)]!
}
