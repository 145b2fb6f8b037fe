import type { FastifyInstance } from 'fastify'
import type { Deployment } from '../model.js'
import { answerDeployment, queryFlag } from './answers.js'
import type { ApiContext } from './context.js'
import { ApiError } from './errors.js'

/** `/v2/deployments`: what runs, and rolling it back. */
export function deploymentRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/v2/deployments', () => context.deployments.list().map(deploymentJson))

  server.delete('/v2/deployments/:id', async (request, reply) => {
    const { id } = request.params as { id: string }
    if (!queryFlag(request, 'force')) return answerDeployment(reply, context.changes.rollBack(id))
    const plan = context.deployments.get(id)
    if (!plan) throw new ApiError(404, { message: `DeploymentPlan ${id} does not exist` })
    context.deployments.cancel(id)
    // What the deployment would have started is missing otherwise; Marathon's regular scale check adds it.
    for (const app of plan.affectedApps) context.refill(app)
    return reply.code(202).send()
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
