import type { FastifyInstance } from 'fastify'
import type { Deployment } from '../model.js'
import { answerDeployment, queryFlag } from './answers.js'
import { ApiError } from './errors.js'
import type { ApiContext } from './index.js'

/** `/v2/deployments`: what runs, and rolling it back. */
export function deploymentRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/v2/deployments', () => context.deployments.list().map(deploymentJson))

  server.delete('/v2/deployments/:id', async (request, reply) => {
    const { id } = request.params as { id: string }
    if (!context.deployments.get(id))
      throw new ApiError(404, { message: `DeploymentPlan ${id} does not exist` })
    if (queryFlag(request, 'force')) {
      context.deployments.cancel(id)
      return reply.code(202).send()
    }
    return answerDeployment(reply, await context.changes.rollBack(id))
  })
}

function deploymentJson(plan: Deployment): Record<string, unknown> {
  const current = plan.steps[plan.currentStep - 1]?.actions ?? []
  return {
    id: plan.id,
    version: plan.version,
    affectedApps: plan.affectedApps,
    affectedPods: [],
    steps: plan.steps,
    currentActions: current.map((action) => ({ ...action, readinessCheckResults: [] })),
    currentStep: plan.currentStep,
    totalSteps: plan.steps.length,
  }
}
