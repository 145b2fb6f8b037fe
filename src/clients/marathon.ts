import type { App, AppTask, Deployment, DeploymentResult, MarathonInfo, QueueItem } from './answers.js'
import type { Answer, Http, RequestOptions, ServerEvent } from './http.js'
import { arrayIn, objectIn } from './shape.js'

/** Marathon's API, version 2. Ids may come with or without their leading slash. */
export interface Marathon {
  /** Null when there is no such app. `embed` adds to counts, deployments, tasks and last failure. */
  getApp(id: string, embed?: string[]): Promise<App | null>
  /** Without tasks unless asked for. */
  listApps(options?: { tasks?: boolean; embed?: string[] }): Promise<App[]>
  createApp(app: object, options?: Change): Promise<DeploymentResult & { app: App }>
  /** `partial`: only the given keys change, each as a whole; else `app` is the whole definition. */
  updateApp(id: string, app: object, options?: Change & { partial?: boolean }): Promise<DeploymentResult>
  deleteApp(id: string, options?: Change): Promise<DeploymentResult>
  restartApp(id: string, options?: Change): Promise<DeploymentResult>
  tasks(id: string): Promise<AppTask[] | null>
  /** Those that run now; a finished one is gone from the list. */
  deployments(): Promise<Deployment[]>
  deploymentById(id: string): Promise<Deployment | null>
  /** Rolls back, or with `force` only stops; the id is that of the rollback. */
  deleteDeployment(id: string, options?: Change): Promise<DeploymentResult>
  queue(options?: { offers?: boolean }): Promise<QueueItem[]>
  info(): Promise<MarathonInfo>
  /** Whether Marathon answers. */
  ping(): Promise<boolean>
  /** Timestamps, null when there is no such app. */
  versions(id: string): Promise<string[] | null>
  events(signal?: AbortSignal, types?: string[]): AsyncIterable<ServerEvent>
}

/** `force` overrides a deployment that holds the app. Always sent: the server's own default differs by call. */
export interface Change {
  force?: boolean
}

/** Marathon at `base`, which is `ClusterTarget.marathonUrl`. */
export function createMarathon(http: Http, base: string): Marathon {
  const app = (id: string, rest = '') => `${base}/v2/apps${encodeId(id)}${rest}`
  const forced = (options: Change = {}) => ({ force: options.force === true })

  /** Null where Marathon itself says that the thing does not exist; a 404 of anybody else is a failure. */
  const find = async (path: string, options: RequestOptions = {}): Promise<Answer | null> => {
    const answer = await http.send(path, { ...options, allow: [404] })
    if (answer.status !== 404) return answer
    if (/"message"\s*:\s*"[^"]*does not exist/.test(answer.text)) return null
    throw http.refusal(answer, path, options)
  }

  const change = async (path: string, request: RequestOptions): Promise<DeploymentResult> =>
    deploymentResult(await http.send(path, request))

  const deployments = async () => {
    const path = `${base}/v2/deployments`
    return arrayIn<Deployment>(await http.json(path), null, path)
  }

  return {
    async getApp(id, embed) {
      const answer = await find(app(id), { query: { embed } })
      return answer && objectIn<App>(http.parse(answer, app(id)), 'app', app(id))
    },
    async listApps({ tasks = false, embed = [] } = {}) {
      const path = `${base}/v2/apps`
      const wanted = [...(tasks ? ['apps.tasks'] : []), ...embed]
      return arrayIn<App>(await http.json(path, { query: { embed: wanted } }), 'apps', path)
    },
    async createApp(definition, options) {
      const path = `${base}/v2/apps`
      const answer = await http.send(path, { method: 'POST', body: definition, query: forced(options) })
      const created = http.parse<App>(answer, path, { method: 'POST' })
      return { ...deploymentResult(answer), app: created }
    },
    updateApp: (id, definition, { partial = false, ...options } = {}) =>
      change(app(id), {
        method: partial ? 'PATCH' : 'PUT',
        body: definition,
        query: { ...forced(options), ...(partial ? {} : { partialUpdate: false }) },
      }),
    deleteApp: (id, options) => change(app(id), { method: 'DELETE', query: forced(options) }),
    restartApp: (id, options) =>
      change(app(id, '/restart'), { method: 'POST', body: {}, query: forced(options) }),
    async tasks(id) {
      const answer = await find(app(id, '/tasks'))
      return answer && arrayIn<AppTask>(http.parse(answer, app(id, '/tasks')), 'tasks', app(id, '/tasks'))
    },
    deployments,
    deploymentById: async (id) => (await deployments()).find((deployment) => deployment.id === id) ?? null,
    deleteDeployment: (id, options) =>
      change(`${base}/v2/deployments/${encodeURIComponent(id)}`, {
        method: 'DELETE',
        query: forced(options),
      }),
    async queue({ offers = false } = {}) {
      const path = `${base}/v2/queue`
      const query = offers ? { embed: 'lastUnusedOffers' } : {}
      return arrayIn<QueueItem>(await http.json(path, { query }), 'queue', path)
    },
    async info() {
      const path = `${base}/v2/info`
      return objectIn<MarathonInfo>(await http.json(path), null, path)
    },
    ping: async () => /pong/.test(await http.text(`${base}/ping`)),
    async versions(id) {
      const answer = await find(app(id, '/versions'))
      return (
        answer && arrayIn<string>(http.parse(answer, app(id, '/versions')), 'versions', app(id, '/versions'))
      )
    },
    events(signal, types = []) {
      const query = new URLSearchParams(types.map((type): [string, string] => ['event_type', type]))
      return http.events(`${base}/v2/events?${query}`.replace(/\?$/, ''), signal)
    },
  }
}

/** An app id as the end of a path: one leading slash, each segment encoded. */
export function encodeId(id: string): string {
  const segments = id.split('/').filter((segment) => segment !== '')
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('')
}

/** The deployment of a change: in the body, or (a body may be empty) in Marathon's header. */
function deploymentResult(answer: Answer): DeploymentResult {
  let body: { deploymentId?: unknown; version?: unknown; deployments?: { id?: unknown }[] } = {}
  try {
    body = JSON.parse(answer.text) ?? {}
  } catch {}
  const id = body.deploymentId ?? body.deployments?.[0]?.id ?? answer.headers['marathon-deployment-id']
  return {
    deploymentId: typeof id === 'string' ? id : null,
    version: typeof body.version === 'string' ? body.version : null,
  }
}
