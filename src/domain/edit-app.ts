import {
  type AppPort,
  effectiveList,
  effectivePorts,
  networkMode,
  type PortedApp,
  type PortList,
  protocolsOf,
  vipLabelsOf,
} from './app-ports.js'
import { declaredVips } from './declared-vips.js'
import { labelValue } from './new-app.js'
import { type Publish, protocolText } from './publish.js'
import type { VipKey } from './vip.js'
import { vipKeyText } from './vip-table.js'

/** The part of an app that changes; Marathon replaces each of these keys as a whole. */
export type AppEdit = Pick<PortedApp, 'portDefinitions' | 'container' | 'ipAddress'>

/**
 * Adds VIPs to an app's ports: to the port with the endpoint's name, else to the one with the container port,
 * else (container port 0) to the first that has no VIP yet, else as a new port. Everything else stays as it is.
 */
export function addVips(app: PortedApp, label: string, publish: readonly Publish[]): AppEdit {
  const { place, ports: given } = effectiveList(app)
  const ports = [...given]
  for (const wish of publish) {
    const at = placeFor(wish, ports, NUMBER_KEY[place])
    const row = at < 0 ? ports.length : at
    const labels = { ...ports[at]?.labels }
    labels[freeKey(labels, row)] = labelValue(label, wish.vipPort)
    if (at >= 0) ports[at] = { ...ports[at], labels }
    else ports.push(newPort(app, place, wish, labels))
  }
  return editOf(app, place, ports)
}

/** Takes every label of these VIPs off an app's ports. */
export function removeVips(app: PortedApp, keys: readonly VipKey[]): AppEdit {
  const gone = new Set(keys.map(vipKeyText))
  const doomed = declaredVips(app).filter((vip) => gone.has(vipKeyText(vip.key)))
  const ports = effectivePorts(app).map(({ port, path }) => {
    const labelKeys = doomed.filter((vip) => vip.place.path === path).map((vip) => vip.labelKey)
    if (labelKeys.length === 0) return port
    const kept = Object.entries(port.labels ?? {}).filter(([key]) => !labelKeys.includes(key))
    return { ...port, labels: Object.fromEntries(kept) }
  })
  return editOf(app, effectiveList(app).place, ports)
}

/** What the port of `-p VIP_PORT:CONTAINER_PORT` is called in each list. */
const NUMBER_KEY = {
  '/portDefinitions': 'port',
  '/container/portMappings': 'containerPort',
  '/container/docker/portMappings': 'containerPort',
  '/ipAddress/discovery/ports': 'number',
} as const

/** Index of the port that a wish means, -1 when there is none. A port that lacks a protocol of it never is. */
function placeFor(
  wish: Publish,
  ports: readonly AppPort[],
  numberKey: (typeof NUMBER_KEY)[PortList],
): number {
  const find = (fits: (port: AppPort) => boolean) =>
    ports.findIndex(
      (port) => fits(port) && wish.protocols.every((protocol) => protocolsOf(port).includes(protocol)),
    )
  const named = wish.name === undefined ? -1 : find((port) => port.name === wish.name)
  if (named >= 0) return named
  return find((port) => {
    if (wish.name !== undefined && port.name !== undefined) return false
    return wish.containerPort === 0 ? vipLabelsOf(port).length === 0 : port[numberKey] === wish.containerPort
  })
}

function newPort(app: PortedApp, place: PortList, wish: Publish, labels: Record<string, string>): AppPort {
  const hostPort = wish.hostPort ?? (networkMode(app) === 'container/bridge' ? 0 : undefined)
  const mapped = NUMBER_KEY[place] === 'containerPort' && hostPort !== undefined
  return {
    [NUMBER_KEY[place]]: wish.containerPort,
    ...(mapped ? { hostPort } : {}),
    protocol: protocolText(wish.protocols),
    ...(wish.name === undefined ? {} : { name: wish.name }),
    labels,
  }
}

/** `VIP_<row>` as the web form writes it, or the next number that is free on this port. */
function freeKey(labels: Record<string, string>, row: number): string {
  let number = row
  while (`VIP_${number}` in labels) number++
  return `VIP_${number}`
}

/** The list goes back to where it stood. An app without a container gets one that needs no image. */
function editOf(app: PortedApp, place: PortList, ports: AppPort[]): AppEdit {
  const container = app.container ?? { type: 'MESOS' }
  switch (place) {
    case '/portDefinitions':
      return { portDefinitions: ports }
    case '/container/portMappings':
      return { container: { ...container, portMappings: ports } }
    case '/container/docker/portMappings':
      return { container: { ...container, docker: { ...container.docker, portMappings: ports } } }
    case '/ipAddress/discovery/ports':
      return { ipAddress: { ...app.ipAddress, discovery: { ...app.ipAddress?.discovery, ports } } }
  }
}
