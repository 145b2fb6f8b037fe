import { strictIp } from './ip.js'

/** What one VIP label value says. `dropped` is what the load balancer makes of a value it cannot read: nothing. */
export type VipLabel =
  | { kind: 'named'; label: string; port: number }
  | { kind: 'ip'; ip: string; port: number }
  | { kind: 'dropped'; reason: 'no-port' | 'bad-port' | 'port-zero' }

/** The highest port an IP packet can carry; the cluster accepts larger ones in labels and then never serves them. */
export const MAX_PORT = 65535

/**
 * Whether the load balancer reads a port label with this key: it starts with exactly `VIP` or `vip`.
 * Source: dcos-net ≥ 1.12, `dcos_net_mesos_listener`.
 */
export function isVipKey(key: string): boolean {
  return key.startsWith('VIP') || key.startsWith('vip')
}

/**
 * Reads a VIP label value as the cluster does: split at the *last* colon, the right part an integer
 * above zero with an optional sign and no upper bound, the left part a strict IP literal or else a
 * name, kept as written. Source: dcos-net ≥ 1.12, `dcos_net_mesos_listener:parse_named/ip`.
 */
export function parseVipLabel(value: string): VipLabel {
  const colon = value.lastIndexOf(':')
  if (colon < 0) return { kind: 'dropped', reason: 'no-port' }
  const portText = value.slice(colon + 1)
  if (portText === '') return { kind: 'dropped', reason: 'no-port' }
  if (!/^[+-]?[0-9]+$/.test(portText)) return { kind: 'dropped', reason: 'bad-port' }
  const port = Number(portText)
  if (port === 0) return { kind: 'dropped', reason: 'port-zero' }
  if (port < 0) return { kind: 'dropped', reason: 'bad-port' }
  const label = value.slice(0, colon)
  const ip = strictIp(label)
  return ip === null ? { kind: 'named', label, port } : { kind: 'ip', ip, port }
}

/** The label text of a VIP, as it stands in a definition: `/my-app:80`, `10.0.0.5:80`, `fd01:c::9:80`. */
export function vipLabelText(
  vip: { kind: 'named'; label: string; port: number } | { kind: 'ip'; ip: string; port: number },
): string {
  return `${vip.kind === 'named' ? vip.label : vip.ip}:${vip.port}`
}
