import type { AppDefinition, AppHealthCheck } from '../app.js'
import { childPath } from '../marathon-path.js'
import { type Remark, type Rule, refused } from './rule.js'

const INDEX = 'must address an element of the ports array or container port mappings.'
const MARATHON_LEVEL = ['HTTP', 'HTTPS', 'TCP']

/** A check's port is one of the app's; without a port the app has exactly one. */
export const healthCheckPort: Rule = { ...portRule('health-check-port', true), phase: 'current' }

/** The same for checks that Mesos runs, which the server looks at later. */
export const mesosHealthCheckPort: Rule = { ...portRule('mesos-health-check-port', false), phase: 'model' }

function portRule(id: string, marathonLevel: boolean): Rule {
  return {
    id,
    severity: 'error',
    check: (_app, current) =>
      (current.healthChecks ?? []).flatMap((check, index) => {
        if (check.protocol === 'COMMAND' || isMarathonLevel(check) !== marathonLevel) return []
        const count = portCount(current)
        const addressed =
          check.portIndex === undefined ? check.port !== undefined || count === 1 : check.portIndex < count
        return addressed
          ? []
          : [
              refused(childPath('/healthChecks', index), `Health check port indices ${INDEX}`, {
                message:
                  check.portIndex === undefined
                    ? `the check names no port, and the app has ${count}`
                    : `the app has ${count} port${count === 1 ? '' : 's'}, so there is none with index ${check.portIndex}`,
                fix: 'set "portIndex" to the place of the port in the list, counted from 0',
              }),
            ]
      }),
  }
}

/** Number of ports that an index may point to. */
export function portCount(current: AppDefinition): number {
  return (current.container?.portMappings ?? current.portDefinitions ?? []).length
}

/** `command` belongs to COMMAND and to nothing else; the server answers 500. */
export const healthCheckCommand: Rule = {
  id: 'health-check-command',
  severity: 'error',
  phase: 'conversion',
  check: ({ healthChecks = [] }) =>
    healthChecks.flatMap((check, index): Remark[] => {
      const path = childPath('/healthChecks', index)
      const protocol = check.protocol ?? 'HTTP'
      if (check.command && protocol !== 'COMMAND')
        return [
          refused(path, `illegal protocol ${protocol} specified with command`, {
            fix: 'set "protocol": "COMMAND"',
          }),
        ]
      if (!check.command && protocol === 'COMMAND')
        return [
          refused(path, 'illegal protocol COMMAND for non-command health check', {
            fix: 'add "command": {"value": …}',
          }),
        ]
      if (check.command && (check.path !== undefined || check.port !== undefined))
        return [
          refused(path, `Invalid combination of HealthCheck parameters in ${JSON.stringify(check)}`, {
            message: 'a command check has neither "path" nor "port"',
          }),
        ]
      return []
    }),
}

/** Mesos runs one check per task. */
export const singleMesosCheck: Rule = {
  id: 'single-mesos-check',
  severity: 'error',
  phase: 'current',
  check: ({ healthChecks = [] }) => {
    const checks = healthChecks.flatMap(({ protocol }, i) => (protocol?.startsWith('MESOS_') ? [i] : []))
    return checks.length > 1
      ? [
          refused(
            childPath('/healthChecks', checks[1]!),
            'AppDefinition can contain at most one Mesos health check',
            {
              serverPath: '/',
            },
          ),
        ]
      : []
  },
}

/** IPv6 checks are Mesos' on the Docker engine. */
export const healthCheckIpv6: Rule = {
  id: 'health-check-ipv6',
  severity: 'error',
  phase: 'current',
  check: (_app, { healthChecks = [], container }) =>
    healthChecks.flatMap((check, index) =>
      check.ipProtocol === 'IPv6' && !(container?.type === 'DOCKER' && check.protocol?.startsWith('MESOS_'))
        ? [
            refused(
              childPath('/healthChecks', index),
              'IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks',
            ),
          ]
        : [],
    ),
}

function isMarathonLevel(check: AppHealthCheck): boolean {
  return MARATHON_LEVEL.includes(check.protocol ?? 'HTTP')
}
