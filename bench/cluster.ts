import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The embedded cluster: from `local up` to its first answer (beside `node -e 0`), from a task's turn to
 * healthy to the first connection through its VIP (beside a bare connection), and its memory when idle.
 * Medians of `--rounds` rounds (7); the built program is measured.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 7
const home = mkdtempSync(join(tmpdir(), 'dcos-vip-bench-'))
const env = { PATH: process.env.PATH, HOME: home }

const emptyMs: number[] = []
const upMs: number[] = []
const reachableMs: number[] = []
const connectMs: number[] = []
let idleMb = 0

try {
  for (let round = 0; round < rounds; round++) {
    emptyMs.push(timed(() => spawnSync(process.execPath, ['-e', '0'])))
    dcos(['local', 'down'])
    const started = performance.now()
    dcos(['local', 'up', '--port', '0', '--dns-port', '0'])
    await ping()
    upMs.push(performance.now() - started)
    if (round === 0) idleMb = residentMb()
    reachableMs.push(await healthyToReachable(round))
    const [port] = (await tasks(round))[0]!.ports
    const before = performance.now()
    await tryConnect('127.0.0.1', port!)
    connectMs.push(performance.now() - before)
  }
} finally {
  dcos(['local', 'down', '--delete'])
  rmSync(home, { recursive: true, force: true })
}

const result = {
  rounds,
  up: { ms: median(upMs), emptyNodeMs: median(emptyMs), ratio: median(upMs) / median(emptyMs), goalMs: 800 },
  reachable: { msAfterHealthy: median(reachableMs), bareConnectMs: median(connectMs), goalMs: 50 },
  idle: { residentMb: idleMb, goalMb: 120 },
}
console.log(JSON.stringify(result, null, 2))

/** Milliseconds from the event that tells of a healthy task to the first connection through its VIP. */
async function healthyToReachable(round: number): Promise<number> {
  const { url, token } = cluster()
  const id = `/bench-${round}`
  const app = {
    id,
    cmd: `exec node -e "require('net').createServer((s)=>s.end()).listen(process.env.PORT0,'127.0.0.1')"`,
    cpus: 0.1,
    mem: 32,
    portDefinitions: [{ port: 0, labels: { VIP_0: `${id}:5000` } }],
    healthChecks: [{ protocol: 'MESOS_TCP', portIndex: 0, delaySeconds: 0, intervalSeconds: 1 }],
  }
  const { ip } = JSON.parse(
    spawnSync(process.execPath, [join(root, 'bin/run.js'), 'vip', 'resolve', '--offline', '--json', id], {
      env,
      encoding: 'utf8',
    }).stdout,
  )[0]
  const address = ip.replace(/^11\./, '127.')
  return new Promise((resolve, reject) => {
    const events = request(`${url}/service/marathon/v2/events?event_type=instance_health_changed_event`, {
      headers: { accept: 'text/event-stream', authorization: `token=${token}` },
    })
    events.on('error', reject)
    events.on('response', (stream) => {
      stream.on('data', (chunk) => {
        // Apps of earlier rounds come back with each start and turn healthy, too.
        if (!String(chunk).includes(`"runSpecId":"${id}","healthy":true`)) return
        const healthy = performance.now()
        stream.removeAllListeners('data')
        untilReachable(address, 5000).then(() => {
          resolve(performance.now() - healthy)
          stream.destroy()
        }, reject)
      })
      post('/service/marathon/v2/apps', app).catch(reject)
    })
    events.end()
  })
}

async function untilReachable(host: string, port: number): Promise<void> {
  while (!(await tryConnect(host, port))) await new Promise((resolve) => setTimeout(resolve, 1))
}

function tryConnect(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function tasks(round: number): Promise<{ ports: number[] }[]> {
  return (await call('GET', `/service/marathon/v2/apps/bench-${round}/tasks`)).tasks
}

async function ping(): Promise<void> {
  await call('GET', '/service/marathon/v2/info')
}

async function post(path: string, body: unknown): Promise<unknown> {
  return call('POST', path, body)
}

// biome-ignore lint/suspicious/noExplicitAny: answers of a bench are looked into, not typed
async function call(method: string, path: string, body?: unknown): Promise<any> {
  const { url, token } = cluster()
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `token=${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

function cluster(): { url: string; token: string; pid: number } {
  const read = (file: string) => JSON.parse(readFileSync(join(home, '.dcos', 'local', file), 'utf8'))
  return { ...read('running.json'), token: read('identity.json').token }
}

function residentMb(): number {
  const status = readFileSync(`/proc/${cluster().pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

function dcos(words: string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'bin/run.js'), ...words], {
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`dcos ${words.join(' ')}: ${stderr}`)
}

function timed(work: () => void): number {
  const started = performance.now()
  work()
  return performance.now() - started
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round(sorted[Math.floor(sorted.length / 2)]! * 100) / 100
}
