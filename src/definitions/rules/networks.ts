import type { Network } from '../app.js'
import { childPath } from '../marathon-path.js'
import { mappingsPath } from './ports.js'
import { type Remark, type Rule, refused, repeated } from './rule.js'

/** Which networks may stand together, and which of them have names. */
export const networkCombination: Rule = {
  id: 'network-combination',
  severity: 'error',
  phase: 'current',
  check: (_app, { networks = [] }) => combinationErrors(networks).map((error) => refused('/networks', error)),
}

function combinationErrors(networks: Network[]): string[] {
  const of = (mode: Network['mode']) => networks.filter((network) => network.mode === mode)
  const [hosts, bridges, containers] = [of('host'), of('container/bridge'), of('container')]
  const errors: string[] = []
  if (containers.some(({ name }) => name === undefined))
    errors.push('Network name must be specified when container network is selected.')
  if (hosts.some(({ name, labels }) => name !== undefined || Object.keys(labels ?? {}).length > 0))
    errors.push('Host networks may not have names or labels')
  if (bridges.some(({ name }) => name !== undefined)) errors.push('Bridge networks may not have names')
  if (repeated(containers.map(({ name }) => name)).length > 0)
    errors.push('Duplicate networks are not allowed')
  const kinds = [hosts, bridges, containers].filter((list) => list.length > 0).length
  if (kinds > 1 || hosts.length > 1 || bridges.length > 1)
    errors.push('May specify a single host network, single bridge network, or else 1-to-n container networks')
  return errors
}

/** The Docker engine joins one network only. */
export const dockerSingleNetwork: Rule = {
  id: 'docker-single-network',
  severity: 'error',
  phase: 'current',
  check: (_app, { networks = [], container }) =>
    container?.type === 'DOCKER' && networks.filter(({ mode }) => mode === 'container').length > 1
      ? [
          refused(
            '/networks',
            'may only specify a single container network when using the Docker container engine',
            {
              serverPath: '/',
              fix: 'use "type": "MESOS"',
            },
          ),
        ]
      : [],
}

/** Ports name networks that the app joins. */
export const networkNamesKnown: Rule = {
  id: 'network-names-known',
  severity: 'error',
  phase: 'current',
  check: (app, { networks = [], container }) => {
    const joined = networks.filter(({ mode }) => mode === 'container')
    const known = joined.flatMap(({ name }) => (name === undefined ? [] : [name]))
    return (container?.portMappings ?? []).flatMap((mapping, index): Remark[] => {
      const written = childPath(mappingsPath(app), index)
      const server = childPath('/container/portMappings', index)
      const names = mapping.networkNames ?? []
      const unknown = names.flatMap((name, j) =>
        known.includes(name)
          ? []
          : [
              refused(childPath(`${written}/networkNames`, j), `is not one of (${known.join(',')})`, {
                serverPath: childPath(`${server}/networkNames`, j),
                message: `the app joins no network "${name}"`,
                fix: known.length > 0 ? `choose from ${known.join(', ')}` : 'remove it',
              }),
            ],
      )
      const ambiguous = mapping.hostPort !== undefined && joined.length > 1 && names.length !== 1
      return ambiguous
        ? [
            ...unknown,
            refused(
              written,
              'networkNames must be a single item list when hostPort is specified and more than 1 container network is defined',
              { serverPath: server },
            ),
          ]
        : unknown
    })
  },
}
