import { isVipKey, parseVipLabel } from '../../domain/vip-label.js'
import { vipHostname } from '../../domain/vip-name.js'
import type { Remark, Rule } from './rule.js'
import { portLabels } from './vip-places.js'

/** `/foo` and `foo` have one DNS name and two addresses: which of them answers is luck. */
export const vipSharedName: Rule = {
  id: 'vip-shared-name',
  severity: 'warning',
  check: (app) => {
    const first = new Map<string, string>()
    return portLabels(app).flatMap(({ path, key, value }): Remark[] => {
      const vip = isVipKey(key) ? parseVipLabel(value) : null
      if (vip?.kind !== 'named') return []
      const hostname = vipHostname(vip.label)
      const other = first.get(hostname) ?? vip.label
      first.set(hostname, other)
      if (other === vip.label) return []
      return [
        {
          path,
          message: `"${vip.label}" and "${other}" share the name ${hostname} and have different addresses`,
          fix: `write "${other}:${vip.port}"`,
        },
      ]
    })
  },
}
