import type { AppDefinition } from '../app.js'
import { childPath } from '../marathon-path.js'
import { type Remark, type Rule, refused, repeated } from './rule.js'

/** Old and current forms of one thing cannot stand together. */
export const mixedForms: Rule = {
  id: 'mixed-forms',
  severity: 'error',
  phase: 'legacy',
  check: (app) => {
    const root = (path: string, error: string, fix: string) => refused(path, error, { serverPath: '/', fix })
    const { ports, portDefinitions, ipAddress, networks, container } = app
    const remarks: Remark[] = []
    if (ports && portDefinitions && !sameNumbers(app))
      remarks.push(root('/ports', 'cannot specify both ports and port definitions', 'remove "ports"'))
    if (ipAddress && (ports?.length || portDefinitions?.length))
      remarks.push(
        root('/ipAddress', 'cannot specify both an IP address and port', 'use "networks" and port mappings'),
      )
    if (container?.docker?.network && networks?.length)
      remarks.push(
        root(
          '/container/docker/network',
          'must not specify both container.docker.network and networks',
          'remove "network" from "docker"',
        ),
      )
    if (ipAddress && networks?.length)
      remarks.push(root('/ipAddress', 'must not specify both networks and ipAddress', 'remove "ipAddress"'))
    if (app.uris?.length && app.fetch?.length)
      remarks.push(refused('/uris', 'may not be set in conjunction with fetch', { fix: 'remove "uris"' }))
    if (ipAddress?.discovery?.ports?.length && container?.type !== 'MESOS' && container !== undefined)
      remarks.push(
        refused('/ipAddress/discovery', 'ipAddress/discovery is not allowed for Docker containers', {
          serverPath: '/ipAddress',
        }),
      )
    return remarks
  },
}

/** Entries of the old port list are different, but for zeros. */
export const legacyPortsUnique: Rule = {
  id: 'ports-unique',
  severity: 'error',
  phase: 'legacy',
  check: ({ ports = [] }) =>
    repeated(ports.filter((port) => port !== 0)).map((port) =>
      refused(childPath('/ports', ports.lastIndexOf(port)), 'ports must be unique', {
        serverPath: '/',
        message: `port ${port} is declared twice`,
      }),
    ),
}

/** Old forms that the server fails to move to their current place: it answers 500. */
export const migrationFails: Rule = {
  id: 'form-not-movable',
  severity: 'error',
  phase: 'migration',
  check: ({ container, ipAddress }) => {
    const remarks: Remark[] = []
    if (container?.docker?.network === 'NONE')
      remarks.push(
        refused('/container/docker/network', 'unsupported docker network type NONE', {
          fix: 'use HOST, BRIDGE or USER, or better "networks"',
        }),
      )
    if (container?.docker?.portMappings?.length && container.portMappings)
      remarks.push(
        refused(
          '/container/docker/portMappings',
          'cannot specify both portMappings and docker.portMappings',
          {
            fix: 'keep "container": {"portMappings": […]}',
          },
        ),
      )
    if (ipAddress?.discovery?.ports?.length && container?.type === 'MESOS' && container.portMappings)
      remarks.push(
        refused(
          '/ipAddress/discovery/ports',
          'container.portMappings and ipAddress.discovery.ports must not both be set',
        ),
      )
    return remarks
  },
}

/** Old forms are accepted and never shown again. */
export const deprecatedForms: Rule = {
  id: 'deprecated-field',
  severity: 'info',
  check: (app) => {
    const old: [string, unknown, string][] = [
      ['/ports', app.ports, '"portDefinitions"'],
      ['/uris', app.uris, '"fetch"'],
      ['/ipAddress', app.ipAddress, '"networks"'],
      ['/container/docker/network', app.container?.docker?.network, '"networks"'],
      [
        '/container/docker/portMappings',
        app.container?.docker?.portMappings,
        '"container": {"portMappings": […]}',
      ],
    ]
    return old.flatMap(([path, value, instead]) =>
      value === undefined
        ? []
        : [
            {
              path,
              message: 'an old form, which the server turns into the current one',
              fix: `use ${instead}`,
            },
          ],
    )
  },
}

function sameNumbers({ ports = [], portDefinitions = [] }: AppDefinition): boolean {
  return (
    ports.length === portDefinitions.length &&
    ports.every((port, i) => port === (portDefinitions[i]?.port ?? 0))
  )
}
