import { childPath } from '../marathon-path.js'
import { portCount } from './health-checks.js'
import { type Remark, type Rule, refused } from './rule.js'

/** At most one readiness check, of a named port, that answers before it is asked again. */
export const readinessCheck: Rule = {
  id: 'readiness-check',
  severity: 'error',
  phase: 'current',
  check: ({ readinessChecks = [] }, current) => {
    const ports = current.container?.portMappings ?? current.portDefinitions ?? []
    const names = ports.flatMap(({ name }) => (name === undefined ? [] : [name]))
    const remarks: Remark[] =
      readinessChecks.length > 1
        ? [
            refused('/readinessChecks', `got ${readinessChecks.length}, expected 1 or less`, {
              serverPath: '/readinessChecks/size',
            }),
          ]
        : []
    readinessChecks.forEach((check, index) => {
      const path = childPath('/readinessChecks', index)
      const { portName = 'http-api', intervalSeconds = 30, timeoutSeconds = 10 } = check
      if (!names.includes(portName))
        remarks.push(
          refused(`${path}/portName`, `No port definition reference for portName ${portName}`, {
            message: `no port of the app is named "${portName}"`,
            fix: names.length > 0 ? `choose from ${names.join(', ')}` : 'give the port a name',
          }),
        )
      if (timeoutSeconds >= intervalSeconds)
        remarks.push(
          refused(`${path}/timeoutSeconds`, `got ${timeoutSeconds}, expected less than ${intervalSeconds}`),
        )
    })
    return remarks
  },
}

/** A generic check is of exactly one kind; the server answers 500 otherwise. */
export const checkKind: Rule = {
  id: 'check-kind',
  severity: 'error',
  phase: 'conversion',
  check: ({ check }) => {
    if (!check) return []
    const kinds = [check.http, check.tcp, check.exec].filter((kind) => kind !== undefined).length
    if (kinds !== 1)
      return [refused('/check', 'illegal RAML Check: expected one of http, tcp or exec checks')]
    return check.http?.scheme === 'HTTPS'
      ? [
          refused('/check/http/scheme', 'an implementation is missing', {
            message: 'HTTPS checks are not implemented',
          }),
        ]
      : []
  },
}

/** A generic check is the universal runtime's and points to a port of the app. */
export const checkPlace: Rule = {
  id: 'check-place',
  severity: 'error',
  phase: 'model',
  check: ({ check }, current) => {
    if (!check) return []
    const remarks: Remark[] = []
    if (current.container?.type === 'DOCKER')
      remarks.push(
        refused('/check', "AppDefinition must not use 'checks' if using docker", { serverPath: '/' }),
      )
    const index = (check.http ?? check.tcp)?.portIndex
    if (index !== undefined && index >= portCount(current))
      remarks.push(
        refused(
          '/check',
          'check port index must address an element of the ports array or container port mappings.',
          {
            serverPath: '/check/get',
          },
        ),
      )
    return remarks
  },
}
