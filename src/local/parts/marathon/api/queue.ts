import type { FastifyInstance } from 'fastify'
import { canonicalId } from '../../../../definitions/normalize-app.js'
import { type Instance, isWaiting } from '../model.js'
import type { ApiContext } from './context.js'
import { ApiError, methodNotAllowed } from './errors.js'

/** Why offers are turned down, in the order in which Marathon looks. */
const REASONS = [
  'UnfulfilledRole',
  'UnfulfilledConstraint',
  'NoCorrespondingReservationFound',
  'AgentMaintenance',
  'InsufficientCpus',
  'InsufficientMemory',
  'InsufficientDisk',
  'InsufficientGpus',
  'InsufficientPorts',
  'DeclinedScarceResources',
]

/** `/v2/queue`: apps with instances that wait for their launch. */
export function queueRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/v2/queue', () => ({
    queue: context.apps.list().flatMap((app) => {
      const waiting = waitingOf(context, app.id)
      return waiting.length === 0 ? [] : [queueItem(context, waiting)]
    }),
  }))

  server.delete('/v2/queue/*', (request, reply) => {
    const path = (request.params as { '*': string })['*'].split('/').filter(Boolean)
    if (path.pop() !== 'delay') throw methodNotAllowed()
    const id = canonicalId(`/${path.join('/')}`)
    const waiting = waitingOf(context, id)
    if (waiting.length === 0)
      throw new ApiError(404, { message: `Application ${id} not found in tasks queue.` })
    for (const instance of waiting) context.backoff.reset(instance.app)
    context.launcher.tick()
    reply.code(204).send()
  })
}

function waitingOf(context: ApiContext, appId: string): Instance[] {
  return context.instances
    .runningOf(appId)
    .filter((instance) => isWaiting(instance) || instance.condition === 'Provisioned')
}

function queueItem(context: ApiContext, waiting: Instance[]): Record<string, unknown> {
  const app = waiting[0]!.app
  const delayMs = context.backoff.waitMs(app)
  const blocked = waiting.some((instance) => context.launcher.lacksPort(instance))
  const offers = blocked ? 1 : 0
  let processed = offers
  const summary = REASONS.map((reason) => {
    const declined = reason === 'InsufficientPorts' ? offers : 0
    const row = { reason, declined, processed }
    processed -= declined
    return row
  })
  return {
    app,
    count: waiting.length,
    role: app.role,
    delay: { timeLeftSeconds: Math.ceil(delayMs / 1000), overdue: delayMs === 0 },
    since: waiting.map((instance) => instance.since).sort()[0],
    processedOffersSummary: {
      processedOffersCount: offers,
      unusedOffersCount: offers,
      rejectSummaryLastOffers: summary,
      rejectSummaryLaunchAttempt: summary,
    },
  }
}
