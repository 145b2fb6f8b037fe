import { networkMode } from '../../domain/app-ports.js'
import { isVipKey } from '../../domain/vip-label.js'
import type { Rule } from './rule.js'
import { portLabels } from './vip-places.js'

/** A VIP in the port list that the network mode drops can never work. */
export const vipPlace: Rule = {
  id: 'vip-place',
  severity: 'error',
  check: (app) => {
    const host = networkMode(app) === 'host'
    return portLabels(app).flatMap(({ path, key, used }) =>
      isVipKey(key) && !used
        ? [
            {
              path,
              message: host
                ? 'the app is on host networking, so the server drops this port and its VIP'
                : 'the app is not on host networking, so the server drops this port and its VIP',
              fix: host
                ? 'move the VIP to "portDefinitions", or set "networks" to bridge or container'
                : 'move the VIP to "container": {"portMappings": […]}',
            },
          ]
        : [],
    )
  },
}

/** In a container network a port without a number and without a host port is announced as port 0. */
export const vipWithoutPort: Rule = {
  id: 'vip-without-port',
  severity: 'error',
  check: (app) =>
    networkMode(app) === 'container'
      ? portLabels(app).flatMap(({ path, key, used, port }) =>
          isVipKey(key) &&
          used &&
          port.hostPort === undefined &&
          (port.containerPort ?? port.number ?? 0) === 0
            ? [
                {
                  path,
                  message: 'the port has neither a number nor a host port, so the VIP gets no backends',
                  fix: 'set "containerPort" to the port on which the program listens',
                },
              ]
            : [],
        )
      : [],
}
