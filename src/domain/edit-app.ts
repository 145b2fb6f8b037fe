import {
  type AppPort,
  effectivePorts,
  networkMode,
  type PortedApp,
  protocolsOf,
  vipLabelsOf,
} from './app-ports.js'
import { declaredVips } from './declared-vips.js'
import { labelValue } from './new-app.js'
import { type Publish, protocolText } from './publish.js'
import type { VipKey } from './vip.js'
import { vipKeyText } from './vip-table.js'

/** The part of an app that changes; Marathon replaces each of these keys as a whole. */
export type AppEdit = Pick<PortedApp, 'portDefinitions' | 'container'>

/**
 * Adds VIPs to an app's ports: to the port with the endpoint's name, else to the one with the container port,
 * else (container port 0) to the first that has no VIP yet, else as a new port. Everything else stays as it is.
 */
export function addVips(app: PortedApp, label: string, publish: readonly Publish[]): AppEdit {
  const host = networkMode(app) === 'host'
  const ports = effectivePorts(app).map(({ port }) => ({ ...port }))
  for (const wish of publish) {
    const at = ports.findIndex((port) => fits(port, wish, host))
    const row = at < 0 ? ports.length : at
    const labels = { ...ports[at]?.labels }
    labels[freeKey(labels, row)] = labelValue(label, wish.vipPort)
    if (at >= 0) ports[at] = { ...ports[at], labels }
    else ports.push(newPort(wish, host, networkMode(app) === 'container/bridge', labels))
  }
  return editOf(app, ports)
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
  return editOf(app, ports)
}

function fits(port: AppPort, wish: Publish, host: boolean): boolean {
  if (wish.name !== undefined && port.name === wish.name) return true
  if (wish.name !== undefined && port.name !== undefined) return false
  const carries = wish.protocols.every((protocol) => protocolsOf(port).includes(protocol))
  const number = host ? port.port : port.containerPort
  if (wish.containerPort !== 0) return carries && number === wish.containerPort
  return carries && vipLabelsOf(port).length === 0
}

function newPort(wish: Publish, host: boolean, bridge: boolean, labels: Record<string, string>): AppPort {
  const hostPort = wish.hostPort ?? (bridge ? 0 : undefined)
  return {
    ...(host ? { port: wish.containerPort } : { containerPort: wish.containerPort }),
    ...(host || hostPort === undefined ? {} : { hostPort }),
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

function editOf(app: PortedApp, ports: AppPort[]): AppEdit {
  if (networkMode(app) === 'host') return { portDefinitions: ports }
  return { container: { ...app.container, portMappings: ports } }
}
