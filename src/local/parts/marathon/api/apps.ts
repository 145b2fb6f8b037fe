import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { canonicalId } from '../../../../definitions/normalize-app.js'
import { isActive } from '../model.js'
import { answerDeployment, jsonBody, queryFlag, queryValues } from './answers.js'
import { appJson, countsOf, parseEmbeds, taskJson } from './app-json.js'
import type { ApiContext } from './context.js'
import { ApiError, appNotFound, methodNotAllowed, NotFoundError } from './errors.js'
import { parseLabelSelector } from './label-selector.js'
import { parseTimestamp } from './timestamp.js'

type JsonObject = Record<string, unknown>

/** `/v2/apps`: ids hold slashes, so what stands behind the id is told apart here and not by the router. */
export function appRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/v2/apps', (request) => listApps(context, request))
  server.post('/v2/apps', (request, reply) => createApp(context, request, reply))
  for (const method of ['PUT', 'PATCH'] as const)
    server.route({
      method,
      url: '/v2/apps',
      handler: (request, reply) => updateMany(context, request, reply),
    })

  server.get('/v2/apps/*', (request) => {
    const path = pathOf(request)
    if (path.below !== null) return appsBelow(context, path, request)
    if (path.rest === 'restart') throw methodNotAllowed()
    if (path.rest === 'tasks') return { tasks: tasksOf(context, path.id) }
    if (path.rest === 'versions') return versions(context, path)
    const app = found(context, path.id)
    const defaults = { counts: true, deployments: true, tasks: true, lastTaskFailure: true }
    return { app: appJson(app, parseEmbeds(queryValues(request, 'embed'), defaults), context) }
  })
  server.post('/v2/apps/*', async (request, reply) => {
    const path = pathOf(request)
    if (path.rest !== 'restart') throw methodNotAllowed()
    return answerDeployment(reply, context.changes.restart(path.id, queryFlag(request, 'force')))
  })
  for (const method of ['PUT', 'PATCH'] as const)
    server.route({
      method,
      url: '/v2/apps/*',
      handler: (request, reply) => updateApp(context, request, reply),
    })
  server.delete('/v2/apps/*', async (request, reply) => {
    const path = pathOf(request)
    if (path.rest === 'tasks' && path.below === null) return killTasks(context, path, request, reply)
    if (path.rest !== null || path.below !== null) throw methodNotAllowed()
    return answerDeployment(reply, context.changes.remove(path.id, queryFlag(request, 'force', true)))
  })
}

function listApps(context: ApiContext, request: FastifyRequest) {
  const embeds = parseEmbeds(queryValues(request, 'embed'), { counts: true, deployments: true })
  const [id] = queryValues(request, 'id')
  const [cmd] = queryValues(request, 'cmd')
  const matches = parseLabelSelector(queryValues(request, 'label')[0] ?? '')
  const holds = (text: string | undefined, part: string | undefined) =>
    part === undefined || (text?.toLowerCase().includes(part.toLowerCase()) ?? false)
  const apps = context.apps
    .list()
    .filter((app) => holds(app.id, id) && holds(app.cmd, cmd) && matches(app.labels))
  return { apps: apps.map((app) => appJson(app, embeds, context)) }
}

async function createApp(context: ApiContext, request: FastifyRequest, reply: FastifyReply) {
  const { app, deployment } = context.changes.create(jsonBody(request), queryFlag(request, 'force'))
  const { versionInfo: _unset, ...submitted } = app
  announcePost(context, request, app)
  return reply
    .code(201)
    .headers({ Location: app.id, 'Marathon-Deployment-Id': deployment.id })
    .send({ ...submitted, ...countsOf([]), deployments: [{ id: deployment.id }] })
}

async function updateApp(context: ApiContext, request: FastifyRequest, reply: FastifyReply) {
  const { id, rest, below } = pathOf(request)
  if (rest !== null || below !== null) throw methodNotAllowed()
  const changes = [{ id, body: objectBody(jsonBody(request)) }]
  const { deployment, created } = context.changes.update(changes, updateOptions(request))
  announcePost(context, request, context.apps.get(id))
  if (created.length === 0) return answerDeployment(reply, deployment)
  reply.header('Location', id)
  return answerDeployment(reply, deployment, 201)
}

async function updateMany(context: ApiContext, request: FastifyRequest, reply: FastifyReply) {
  const body = jsonBody(request)
  if (!Array.isArray(body))
    throw new ApiError(422, {
      message: 'Invalid JSON',
      details: [{ path: '/', errors: ['error.expected.jsarray'] }],
    })
  const bodies = body.map((element) => {
    const definition = objectBody(element)
    if (typeof definition.id !== 'string')
      throw new ApiError(422, { message: 'requirement failed: App Update must have app id set' })
    return { id: canonicalId(definition.id), body: definition }
  })
  return answerDeployment(reply, context.changes.update(bodies, updateOptions(request)).deployment)
}

function updateOptions(request: FastifyRequest) {
  const put = request.method === 'PUT'
  return {
    partial: !put || queryFlag(request, 'partialUpdate', true),
    force: queryFlag(request, 'force'),
    create: put,
  }
}

async function killTasks(context: ApiContext, path: AppPath, request: FastifyRequest, reply: FastifyReply) {
  const scale = queryFlag(request, 'scale')
  if (scale && queryFlag(request, 'wipe'))
    throw new ApiError(400, { message: 'You cannot use scale and wipe at the same time.' })
  if (!context.apps.get(path.id))
    throw scale ? new ApiError(404, { message: `Path '${path.id}' does not exist` }) : appNotFound(path.id)
  const [host] = queryValues(request, 'host')
  const victims = context.instances
    .runningOf(path.id)
    .filter((instance) => isActive(instance))
    .filter(() => host === undefined || host === '*' || host === context.agent.host)
    .filter((instance) => path.detail === null || instance.task?.id === path.detail)
  if (path.detail !== null && victims.length === 0)
    throw new NotFoundError(`Task '${path.detail}' does not exist`)
  const killed = victims.flatMap((instance) => taskJson(instance, context.agent) ?? [])
  if (scale) {
    if (victims.length === 0) throw new ApiError(404, { message: `Path '${path.id}' does not exist` })
    return answerDeployment(reply, context.changes.shrink(victims, queryFlag(request, 'force')))
  }
  for (const victim of victims) context.tasks.kill(victim)
  return path.detail === null ? { tasks: killed } : { task: killed[0] }
}

function versions(context: ApiContext, path: AppPath) {
  found(context, path.id)
  if (path.detail === null) return { versions: context.apps.versionsOf(path.id) }
  const version = parseTimestamp(path.detail)
  const app = context.apps.version(path.id, version)
  if (!app) throw new NotFoundError(`App '${path.id}' does not exist in version ${version}`)
  return app
}

function appsBelow(context: ApiContext, path: AppPath, request: FastifyRequest) {
  const group = path.below === '/' ? '/' : `${path.below}/`
  const apps = context.apps.list().filter((app) => app.id.startsWith(group))
  if (apps.length === 0 && path.below !== '/') throw new NotFoundError(`Group '${path.below}' does not exist`)
  if (path.rest === 'tasks') return { tasks: apps.flatMap((app) => tasksOf(context, app.id)) }
  const defaults = { counts: true, deployments: true, tasks: true, lastTaskFailure: true }
  const embeds = parseEmbeds(queryValues(request, 'embed'), defaults)
  return { '*': apps.map((app) => appJson(app, embeds, context)) }
}

function tasksOf(context: ApiContext, id: string) {
  found(context, id)
  return context.instances.ofApp(id).flatMap((instance) => taskJson(instance, context.agent) ?? [])
}

function found(context: ApiContext, id: string) {
  const app = context.apps.get(id)
  if (!app) throw new NotFoundError(`App '${id}' does not exist`)
  return app
}

/** A path behind `/v2/apps/`, read apart. */
interface AppPath {
  id: string
  /** The group of `<group>/*`, null otherwise. */
  below: string | null
  /** What of the app is asked for. */
  rest: 'tasks' | 'versions' | 'restart' | null
  /** Task id or version behind it. */
  detail: string | null
}

/** Doubled and trailing slashes do not count. The last words of an id are never `tasks`, `versions` or `restart`. */
function pathOf(request: FastifyRequest): AppPath {
  const segments = (request.params as { '*': string })['*'].split('/').filter(Boolean)
  const words = ['tasks', 'versions', 'restart'] as const
  const isWord = (text: string | undefined) => words.find((word) => word === text) ?? null
  let rest = isWord(segments.at(-1))
  let detail: string | null = null
  if (rest !== null && segments.length > 1) segments.pop()
  else if (isWord(segments.at(-2)) !== null && segments.length > 2) {
    detail = segments.pop() ?? null
    rest = isWord(segments.pop())
  } else rest = null
  if (segments.at(-1) === '*') {
    segments.pop()
    return { id: '', below: `/${segments.join('/')}`, rest, detail }
  }
  return { id: canonicalId(`/${segments.join('/')}`), below: null, rest, detail }
}

function objectBody(body: unknown): JsonObject {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ApiError(422, {
      message: 'Invalid JSON',
      details: [{ path: '/id', errors: [`${JSON.stringify(body)} is not an object`] }],
    })
  return body as JsonObject
}

function announcePost(context: ApiContext, request: FastifyRequest, app: unknown): void {
  context.events.publish('api_post_event', {
    clientIp: request.ip,
    uri: request.url,
    appDefinition: app,
  })
}
