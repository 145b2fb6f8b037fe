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
  /** Registration id with Mesos, `<uuid>-0000`. */
  frameworkId: string
  startedAt: number
}

/** Marathon's API, to be registered under whatever prefix it is served at. */
export async function marathonApi(server: FastifyInstance, context: ApiContext): Promise<void> {
  server.setErrorHandler(answerError)
  server.setNotFoundHandler((_request, reply) => {
    reply.code(404).send({ message: 'URI not found' })
  })
  server.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'X-Frame-Options': 'DENY',
      'X-XSS-Protection': '1; mode=block',
      'Cache-Control': 'no-cache, no-store, must-revalidate',
      Pragma: 'no-cache',
      Expires: '0',
    })
  })
  appRoutes(server, context)
  taskRoutes(server, context)
  deploymentRoutes(server, context)
  queueRoutes(server, context)
  infoRoutes(server, context)
  eventRoutes(server, context)
}
