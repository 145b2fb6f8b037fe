import { effectivePorts, type PlacedPort, type PortedApp, protocolsOf, vipLabelsOf } from './app-ports.js'
import type { VipKey } from './vip.js'
import { MARATHON_FRAMEWORK } from './vip-name.js'
import { vipKeyOf } from './vip-table.js'

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
