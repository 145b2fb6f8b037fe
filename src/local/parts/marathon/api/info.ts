import type { FastifyInstance } from 'fastify'
import { MARATHON_SETTINGS } from '../changes.js'
import type { ApiContext } from './context.js'

/** The Marathon whose behaviour this part follows. */
export const MARATHON_VERSION = '1.11.24'

/** `/ping`, `/v2/info`, `/v2/leader`, `/v2/plugins`. */
export function infoRoutes(server: FastifyInstance, context: ApiContext): void {
  server.get('/ping', (_request, reply) => reply.type('text/plain').send('pong'))

  server.get('/v2/leader', () => ({ leader: `${context.agent.host}:8080` }))

  server.get('/v2/plugins', () => ({ plugins: [] }))

  server.get('/v2/info', () => ({
    name: 'marathon',
    version: MARATHON_VERSION,
    buildref: 'dcos-vip',
    elected: true,
    leader: `${context.agent.host}:8080`,
    frameworkId: context.frameworkId,
    marathon_config: {
      checkpoint: true,
      default_network_name: MARATHON_SETTINGS.defaultNetworkName,
      env_vars_prefix: null,
      executor: '//cmd',
      failover_timeout: 604800,
      features: ['vips', 'task_killing'],
      framework_name: 'marathon',
      ha: false,
      hostname: context.agent.host,
      local_port_min: 10000,
      local_port_max: 20000,
      mesos_bridge_name: MARATHON_SETTINGS.bridgeName,
      mesos_leader_ui_url: '/mesos',
      mesos_role: MARATHON_SETTINGS.mesosRole,
      new_group_enforce_role: 'off',
      webui_url: null,
    },
    http_config: { http_port: 8080, https_port: null },
  }))
}
