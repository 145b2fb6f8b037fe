import type { FastifyInstance } from 'fastify'
import type { Backoff } from '../backoff.js'
import type { Changes } from '../changes.js'
import type { EventBus } from '../events.js'
import type { Launcher } from '../launcher.js'
import type { Tasks } from '../tasks.js'
import { answerError } from './answers.js'
import type { AppSources } from './app-json.js'
import { appRoutes } from './apps.js'
import { deploymentRoutes } from './deployments.js'
import { methodNotAllowed } from './errors.js'
import { eventRoutes } from './events.js'
import { infoRoutes } from './info.js'
import { queueRoutes } from './queue.js'
import { taskRoutes } from './tasks.js'

/** What the routes work on. */
export interface ApiContext extends AppSources {
  changes: Changes
  tasks: Tasks
  launcher: Launcher
  backoff: Backoff
  events: EventBus
  log: (line: string) => void
  /** Schedules what an app lacks, unless a deployment holds it. */
  refill: (appId: string) => void
  /** Registration id with Mesos, `<uuid>-0000`. */
  frameworkId: string
  startedAt: number
}

/** Marathon's API, to be registered under whatever prefix it is served at. */
export async function marathonApi(server: FastifyInstance, context: ApiContext): Promise<void> {
  server.setErrorHandler(answerError(context.log))
  server.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'X-Marathon-Leader': `http://${context.agent.host}:8080`,
      'X-Frame-Options': 'DENY',
      'X-XSS-Protection': '1; mode=block',
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      Pragma: 'no-cache',
      Expires: '0',
    })
  })
  const methods = new Map<string, Set<string>>()
  server.addHook('onRoute', ({ url, routePath, method }) => {
    if (url.startsWith(server.prefix)) methods.set(routePath, methods.get(routePath) ?? new Set())
    for (const name of [method].flat()) methods.get(routePath)?.add(name)
  })
  appRoutes(server, context)
  taskRoutes(server, context)
  deploymentRoutes(server, context)
  queueRoutes(server, context)
  infoRoutes(server, context)
  eventRoutes(server, context)
  for (const [url, known] of [...methods]) refuseOthers(server, url, known)
  for (const url of ['/', '/*'])
    server.all(url, (_request, reply) => reply.code(404).send({ message: 'URI not found' }))
}

/** What exists, but not for this method, is a 405 and no 404. */
function refuseOthers(server: FastifyInstance, url: string, known: ReadonlySet<string>): void {
  const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((method) => !known.has(method))
  const handler = () => {
    throw methodNotAllowed()
  }
  if (others.length > 0) server.route({ method: others, url, handler, exposeHeadRoute: false })
}
