import { effectivePorts, type PlacedPort, type PortedApp, protocolsOf, vipLabelsOf } from './app-ports.js'
import type { VipKey } from './vip.js'
import { MARATHON_FRAMEWORK } from './vip-name.js'
import { vipKeyOf, vipKeyText } from './vip-table.js'

/** A VIP that an app's definition asks for, with the label that asks. */
export interface DeclaredVip {
  key: VipKey
  app: string
  place: PlacedPort
  labelKey: string
}

/** Every VIP that a definition declares where the cluster reads it; unreadable labels are left out. */
export function declaredVips(app: PortedApp, framework: string = MARATHON_FRAMEWORK): DeclaredVip[] {
  return effectivePorts(app).flatMap((place) =>
    vipLabelsOf(place.port).flatMap(([labelKey, value]) =>
      protocolsOf(place.port).flatMap((protocol) => {
        const key = vipKeyOf(value, protocol, framework)
        return key === null ? [] : [{ key, app: app.id, place, labelKey }]
      }),
    ),
  )
}

/** VIPs of `app` that other apps declare too. DC/OS would unite their backends without a word. */
export function sharedVips(app: PortedApp, others: Iterable<PortedApp>): { key: VipKey; apps: string[] }[] {
  const mine = new Map(declaredVips(app).map((vip) => [vipKeyText(vip.key), vip.key]))
  const apps = new Map<string, string[]>()
  for (const other of others) {
    if (other.id === app.id) continue
    for (const id of new Set(declaredVips(other).map((vip) => vipKeyText(vip.key)))) {
      if (mine.has(id)) apps.set(id, [...(apps.get(id) ?? []), other.id])
    }
  }
  return [...apps].map(([id, owners]) => ({ key: mine.get(id)!, apps: owners }))
}
