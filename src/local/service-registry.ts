import type { Instance } from './parts/marathon/model.js'
import type { ServiceTarget } from './parts/router/sources.js'

/** Admin Router tries the first segments of a path as a service name, up to this many. */
const MAX_SEGMENTS = 10

/**
 * The running service that a path behind `/service/` means: the shortest run of first segments that is
 * the `DCOS_SERVICE_NAME` of a running app; apps with incomplete labels are passed over.
 * Source: DC/OS 2.2, Admin Router `lib/service.lua`.
 */
export function serviceTarget(
  path: string,
  instances: readonly Instance[],
  host: string,
): ServiceTarget | null {
  const segments = path.split('/').filter(Boolean).slice(0, MAX_SEGMENTS)
  for (let length = 1; length <= segments.length; length++) {
    const name = segments.slice(0, length).join('/')
    for (const instance of instances) {
      const target = targetOf(instance, name, host)
      if (target) return target
    }
  }
  return null
}

function targetOf(instance: Instance, name: string, host: string): ServiceTarget | null {
  const { labels } = instance.app
  const scheme = labels.DCOS_SERVICE_SCHEME
  const index = labels.DCOS_SERVICE_PORT_INDEX ?? ''
  const port = /^\d+$/.test(index) ? instance.task?.ports[Number(index)] : undefined
  if (trimmed(labels.DCOS_SERVICE_NAME ?? '') !== name || instance.condition !== 'Running') return null
  if ((scheme !== 'http' && scheme !== 'https') || port === undefined) return null
  return { name, scheme, host, port, rewrite: labels.DCOS_SERVICE_REWRITE_REQUEST_URLS !== 'false' }
}

function trimmed(name: string): string {
  return name.split('/').filter(Boolean).join('/')
}
