import { type AppPort, effectivePorts } from '../../domain/app-ports.js'
import type { AppDefinition } from '../app.js'
import { childPath } from '../marathon-path.js'

/** One label of one port, wherever the definition has ports. */
export interface PortLabel {
  /** Path of the label: `/portDefinitions(0)/labels/VIP_0`. */
  path: string
  key: string
  value: string
  /** Path of the port that carries it. */
  portPath: string
  port: AppPort
  /** Whether the app's network mode uses the list that the port stands in. */
  used: boolean
}

/** Every label of every port of the app, also in lists that its network mode drops. */
export function portLabels(app: AppDefinition): PortLabel[] {
  const used = new Set(effectivePorts(app).map(({ path }) => path))
  const lists: [string, readonly AppPort[] | undefined][] = [
    ['/portDefinitions', app.portDefinitions],
    ['/container/portMappings', app.container?.portMappings],
    ['/container/docker/portMappings', app.container?.docker?.portMappings],
    ['/ipAddress/discovery/ports', app.ipAddress?.discovery?.ports],
  ]
  return lists.flatMap(([list, ports = []]) =>
    ports.flatMap((port, index) => {
      const portPath = childPath(list, index)
      return Object.entries(port.labels ?? {}).map(([key, value]) => ({
        path: childPath(`${portPath}/labels`, key),
        key,
        value,
        portPath,
        port,
        used: used.has(portPath),
      }))
    }),
  )
}
