import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import http, { type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalCluster, startLocalCluster } from '../../src/local/cluster.js'
import { processesMarked } from '../../src/local/kit/processes.js'
import { type LocalPaths, loadIdentity, localPaths } from '../../src/local/state-files.js'
import { systemClock } from '../../src/shared/clock.js'

/** An answer with its body as text and, where it is JSON, as a value. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  json: any
}

/** What a request says; an object as body is sent as JSON. */
export interface Ask {
  method?: string
  headers?: Record<string, string>
  body?: unknown
}

/** One HTTP exchange on a connection of its own. */
export function ask(url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  const raw = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
  const typed = raw === undefined ? {} : { 'content-type': 'application/json' }
  const length = raw === undefined ? {} : { 'content-length': String(Buffer.byteLength(raw)) }
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, agent: false, headers: { ...typed, ...length, ...headers } })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        text += piece
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) }),
      )
    })
    request.end(raw)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Asks again until the answer is not undefined; what it said last is in the failure. */
export async function eventually<T>(
  look: () => Promise<T | undefined> | T | undefined,
  what = 'it',
): Promise<T> {
  for (const end = Date.now() + 20_000; ; ) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > end) throw new Error(`${what} has not happened in 20 s`)
    await systemClock.sleep(15)
  }
}

/** An embedded cluster of a test, inside the test's process. */
export class TestCluster {
  readonly paths: LocalPaths
  readonly lines: string[] = []
  private cluster: LocalCluster | undefined

  constructor(readonly dcosDir = mkdtempSync(join(tmpdir(), 'dcos-cluster-'))) {
    this.paths = localPaths(dcosDir)
  }

  async start(): Promise<void> {
    // Files of tests run at the same time: each process has host ports of its own.
    const first = 20_000 + (process.pid % 100) * 100
    this.cluster = await startLocalCluster({
      dcosDir: this.dcosDir,
      port: 0,
      dnsPort: 0,
      version: '0.0.0',
      env: process.env,
      clock: systemClock,
      log: (line) => this.lines.push(line),
      portRange: [first, first + 99],
    })
  }

  async stop(): Promise<void> {
    await this.cluster?.stop()
    this.cluster = undefined
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  get running() {
    assert.ok(this.cluster, 'the cluster does not run')
    return this.cluster.running
  }

  get token(): string {
    return loadIdentity(this.paths).token
  }

  /** Asks Admin Router, with the token. */
  api(path: string, init: Ask = {}): Promise<Answer> {
    const headers = { authorization: `token=${this.token}`, ...init.headers }
    return ask(`${this.running.url}${path}`, { ...init, headers })
  }

  /** Asks Marathon, `/v2/…`. */
  marathon(path: string, init: Ask = {}): Promise<Answer> {
    return this.api(`/service/marathon${path}`, init)
  }

  /** Creates an app; fails unless the cluster takes it. */
  async create(app: Record<string, unknown>): Promise<Answer> {
    const answer = await this.marathon('/v2/apps', { method: 'POST', body: app })
    assert.equal(answer.status, 201, answer.text)
    return answer
  }

  /** Creates an app and waits for its deployment. */
  async run(app: Record<string, unknown> & { id: string }): Promise<void> {
    await this.create(app)
    await this.deployed(app.id)
  }

  /** Resolves when no deployment touches an app, or any app, any more. */
  deployed(id?: string): Promise<true> {
    return eventually(
      async () => {
        const { json } = await this.marathon('/v2/deployments')
        const busy = (json as { affectedApps: string[] }[]).some((d) => !id || d.affectedApps.includes(id))
        return busy ? undefined : true
      },
      `the deployment of ${id ?? 'everything'}`,
    )
  }

  // biome-ignore lint/suspicious/noExplicitAny: an app as the API shows it
  async app(id: string): Promise<any> {
    return (await this.marathon(`/v2/apps${id}?embed=app.taskStats`)).json?.app
  }

  /** Tasks of an app as the API shows them; with a state only those in it. */
  // biome-ignore lint/suspicious/noExplicitAny: tasks as the API shows them
  async tasks(id: string, state?: string): Promise<any[]> {
    const { json } = await this.marathon(`/v2/apps${id}/tasks`)
    return (json?.tasks ?? []).filter((task: { state: string }) => !state || task.state === state)
  }

  /** Follows Marathon's events of one type (all for an empty one); resolves when the stream is open. The result ends it. */
  // biome-ignore lint/suspicious/noExplicitAny: events of many shapes
  async follow(type: string, onEvent: (event: any) => void): Promise<() => void> {
    const filter = type === '' ? '' : `?event_type=event_stream_attached&event_type=${type}`
    const request = http.get(`${this.running.url}/service/marathon/v2/events${filter}`, {
      agent: false,
      headers: { authorization: `token=${this.token}`, accept: 'text/event-stream' },
    })
    request.on('error', () => {})
    await new Promise<void>((attached) => {
      request.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece
          const frames = text.split('\r\n\r\n')
          text = frames.pop() ?? ''
          for (const frame of frames) {
            const data = /^data: (.*)$/m.exec(frame)?.[1]
            if (data === undefined) continue
            const event = JSON.parse(data)
            if (event.eventType === 'event_stream_attached') attached()
            if (type === '' || event.eventType === type) onEvent(event)
          }
        })
      })
    })
    return () => request.destroy()
  }

  /** Processes of this cluster's tasks that run now. */
  get processes(): number[] {
    return [...processesMarked('MESOS_SANDBOX', this.paths.agent).keys()]
  }

  async remove(): Promise<void> {
    await this.stop()
    const left = this.processes
    rmSync(this.dcosDir, { recursive: true, force: true })
    assert.deepEqual(left, [], 'processes of tasks survived the cluster')
  }
}

/** Sockets that listen and children that run, of this process. */
function held(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => ['TCPServerWrap', 'UDPWrap', 'ProcessWrap'].includes(name))
    .sort()
}

/**
 * A cluster for the tests of the surrounding `describe`, started before them. After them nothing of it
 * may be left: no task, no listener, no child.
 */
export function useCluster(): TestCluster {
  const cluster = new TestCluster()
  let heldBefore: string[] = []
  before('start the cluster', async () => {
    heldBefore = held()
    await cluster.start()
  })
  after('nothing of the cluster is left', async () => {
    await cluster.remove()
    const left = await eventually(() => (held().length <= heldBefore.length ? held() : undefined)).catch(held)
    assert.deepEqual(left, heldBefore, 'sockets or children survived the cluster')
  })
  return cluster
}
