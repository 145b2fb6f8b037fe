import type { FastifyInstance } from 'fastify'
import { type Instance, isActive } from '../model.js'
import { answerDeployment, jsonBody, queryFlag, queryValues } from './answers.js'
import { servicePortsOf, taskJson } from './app-json.js'
import type { ApiContext } from './context.js'
import { ApiError } from './errors.js'

/** `/v2/tasks` and `/v2/tasks/delete`. */
export function taskRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/v2/tasks', (request) => {
    const states = queryValues(request, 'status').filter((s) => s === 'running' || s === 'staging')
    const wanted = (instance: Instance) =>
      states.length === 0 ||
      states.some((state) => (state === 'running' ? instance.condition === 'Running' : isStaging(instance)))
    return {
      tasks: context.instances
        .list()
        .filter(wanted)
        .flatMap((instance) => taskJson(instance, context.agent, servicePortsOf(instance.app)) ?? []),
    }
  })

  server.post('/v2/tasks/delete', async (request, reply) => {
    const ids = idsOf(jsonBody(request))
    const scale = queryFlag(request, 'scale')
    if (scale && queryFlag(request, 'wipe'))
      throw new ApiError(400, { message: 'You cannot use scale and wipe at the same time.' })
    const victims = context.instances
      .list()
      .filter((instance) => instance.task && isActive(instance) && ids.includes(instance.task.id))
    const killed = victims.flatMap((instance) => taskJson(instance, context.agent) ?? [])
    if (!scale) {
      for (const victim of victims) context.tasks.kill(victim)
      return { tasks: killed }
    }
    if (victims.length === 0) return { tasks: [] }
    return answerDeployment(reply, context.changes.shrink(victims, queryFlag(request, 'force')))
  })
}

function isStaging(instance: Instance): boolean {
  return isActive(instance) && instance.condition !== 'Running'
}

function idsOf(body: unknown): string[] {
  const ids = (body as { ids?: unknown } | null)?.ids
  if (!Array.isArray(ids))
    throw new ApiError(422, {
      message: 'Invalid JSON',
      details: [{ path: '/ids', errors: [`'ids' is undefined on object: ${JSON.stringify(body)}`] }],
    })
  for (const id of ids)
    if (typeof id !== 'string' || !/^.+[._][^._]+$/.test(id))
      throw new ApiError(400, {
        message: `Invalid task id '${id}'. [expected <app>.instance-<uuid>._app.<n>]`,
      })
  return ids
}
