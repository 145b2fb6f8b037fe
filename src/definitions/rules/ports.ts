import { networkMode } from '../../domain/app-ports.js'
import type { AppDefinition } from '../app.js'
import { isHostMode } from '../current-form.js'
import { childPath } from '../marathon-path.js'
import { type Rule, refused, repeated } from './rule.js'

const NAMES = 'Port names must be unique.'

/** Where the app's port mappings are written. */
export function mappingsPath(app: AppDefinition): string {
  if (app.container?.portMappings) return '/container/portMappings'
  return app.container?.docker?.portMappings ? '/container/docker/portMappings' : '/ipAddress/discovery/ports'
}

/** Ports of one app have different names. */
export const portNamesUnique: Rule = {
  id: 'port-names-unique',
  severity: 'error',
  phase: 'current',
  check: (app, current) => {
    const host = isHostMode(current)
    const ports = (host ? current.portDefinitions : current.container?.portMappings) ?? []
    return repeatedNames(ports).map(({ name, index }) =>
      refused(childPath(host ? '/portDefinitions' : mappingsPath(app), index), NAMES, {
        serverPath: host ? '/portDefinitions' : '/container/portMappings',
        message: `another port is named "${name}" too`,
        fix: 'give each port its own name',
      }),
    )
  },
}

/** The same for the old list, which is checked before it is moved. */
export const legacyPortNamesUnique: Rule = {
  id: 'legacy-port-names-unique',
  severity: 'error',
  phase: 'legacy',
  check: ({ container }) =>
    repeatedNames(container?.docker?.portMappings ?? []).map(({ name, index }) =>
      refused(childPath('/container/docker/portMappings', index), NAMES, {
        // Marathon leaks the expression of its own source as the path.
        serverPath: '/app.container.flatMap(_.docker.flatMap(_.portMappings))',
        message: `another port is named "${name}" too`,
      }),
    ),
}

/** Ports that are not left to the cluster are different; mappings may repeat them. */
export const portNumbersUnique: Rule = {
  id: 'port-numbers-unique',
  severity: 'error',
  phase: 'current',
  check: (_app, current) => {
    const numbers = (current.portDefinitions ?? []).map(({ port }) => port ?? 0)
    return repeated(numbers.filter((number) => number !== 0)).map((number) =>
      refused(childPath('/portDefinitions', numbers.lastIndexOf(number)), 'Ports must be unique.', {
        serverPath: '/portDefinitions',
        message: `port ${number} is declared twice`,
        fix: 'one entry with "protocol": "udp,tcp" serves both protocols; 0 lets the cluster choose',
      }),
    )
  },
}

/** Port numbers of the old list, which the parser does not look at. */
export const legacyPortRange: Rule = {
  id: 'ports-range',
  severity: 'error',
  phase: 'model',
  check: (_app, current) =>
    (current.portDefinitions ?? []).flatMap(({ port = 0 }, index) =>
      port < 0
        ? [
            refused(childPath('/ports', index), `got ${port}, expected 0 or more`, {
              serverPath: `${childPath('/portDefinitions', index)}/port`,
            }),
          ]
        : [],
    ),
}

/** A list that the network mode does not use is dropped in silence, and its labels with it. */
export const unusedPorts: Rule = {
  id: 'ports-not-used',
  severity: 'warning',
  check: (app) => {
    const host = networkMode(app) === 'host'
    const unused = (host ? app.container?.portMappings : app.portDefinitions) ?? []
    if (unused.length === 0) return []
    const path = host ? '/container/portMappings' : '/portDefinitions'
    return [
      {
        path,
        message: host
          ? 'the server drops port mappings of an app on host networking'
          : 'the server drops port definitions of an app that is not on host networking',
        fix: host ? 'use "portDefinitions"' : 'use "container": {"portMappings": […]}',
      },
    ]
  },
}

function repeatedNames(ports: readonly { name?: string }[]): { name: string; index: number }[] {
  const names = ports.map(({ name }) => name)
  return repeated(names).flatMap((name) =>
    name === undefined ? [] : [{ name, index: names.lastIndexOf(name) }],
  )
}
