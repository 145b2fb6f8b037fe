import { isVipKey } from '../../domain/vip-label.js'
import { childPath } from '../marathon-path.js'
import type { Rule } from './rule.js'
import { portLabels } from './vip-places.js'

/** Keys that look like a VIP's and are not read: `Vip_0`, `MY_VIP_0`. */
export const vipKey: Rule = {
  id: 'vip-key',
  severity: 'warning',
  check: (app) =>
    portLabels(app).flatMap(({ path, key }) =>
      looksLikeVipKey(key)
        ? [
            {
              path,
              message: `label key "${key}" is not read as a VIP: keys start with VIP or vip`,
              fix: 'name it VIP_0',
            },
          ]
        : [],
    ),
}

/** VIP labels of the app itself reach no port. Its `VIP_PORT0` is an old form that does. */
export const vipOnApp: Rule = {
  id: 'vip-on-app',
  severity: 'warning',
  check: ({ labels = {} }) =>
    Object.keys(labels).flatMap((key) =>
      (isVipKey(key) || looksLikeVipKey(key)) && !/^VIP_PORT[+]?\d+$/i.test(key)
        ? [
            {
              path: childPath('/labels', key),
              message: 'a VIP label of the app itself is ignored: VIPs belong to a port',
              fix: 'move it to the labels of a port definition or port mapping',
            },
          ]
        : [],
    ),
}

/** Whether a key was meant for a VIP though the load balancer does not read it. */
export function looksLikeVipKey(key: string): boolean {
  return !isVipKey(key) && /(?:^|[^a-z])vip(?:[_-]?\d+)?$|^vip[_-]?/i.test(key)
}
