import type { FastifyInstance } from 'fastify'
import { answerError } from './answers.js'
import { appRoutes } from './apps.js'
import type { ApiContext } from './context.js'
import { deploymentRoutes } from './deployments.js'
import { methodNotAllowed } from './errors.js'
import { eventRoutes } from './events.js'
import { infoRoutes } from './info.js'
import { queueRoutes } from './queue.js'
import { taskRoutes } from './tasks.js'

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
