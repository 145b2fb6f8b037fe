import {
  appEndpoint,
  appEndpointNames,
  type EndpointApp,
  isConnectionReport,
  isSdkScheduler,
  plainServiceName,
  readEndpointNames,
  routedName,
} from '../domain/endpoints.js'
import { UsageError, UserError } from '../shared/errors.js'
import { inTurns } from '../shared/in-turns.js'
import { reindentJson } from '../shared/reindent-json.js'

/** What a service answers behind Admin Router, whatever its status. */
export interface ServiceReply {
  status: number
  contentType: string
  body: string
}

/** The cluster as this use case needs it. */
export interface EndpointPorts {
  /** `GET /service/<service>/<path>`; `timeoutMs` is patience for this one request. */
  askService(service: string, path: string, timeoutMs?: number): Promise<ServiceReply>
  /** One Marathon app with its tasks, null when there is none. */
  app(id: string): Promise<EndpointApp | null>
  /** Every Marathon app with its tasks. */
  apps(): Promise<EndpointApp[]>
}

/** Names, when no endpoint was asked for; else its report, or its text as the service gives it. */
export type EndpointAnswer =
  | { kind: 'names'; service: string; names: string[] }
  | { kind: 'blob'; service: string; text: string; value: unknown }
  | { kind: 'text'; service: string; text: string }

/** One service's endpoints: where they came from decides how one of them is read. */
interface Endpoints {
  service: string
  names: string[]
  read(endpoint: string): Promise<EndpointAnswer>
}

/** Services asked at the same time when no name is given, and the patience with each. */
const AT_ONCE = 8
const PATIENCE_MS = 10_000

/**
 * Lists a service's endpoints, or reads one. Sources in this order: the SDK's `/v1/endpoints`, the
 * `/v1/connection` of Kafka before the SDK (one endpoint, `broker`), the ports of a plain Marathon app.
 * Without `service`, the one service that offers the endpoint is taken.
 */
export async function listEndpoints(
  ports: EndpointPorts,
  request: { service?: string; endpoint?: string },
): Promise<EndpointAnswer> {
  const endpoint = request.endpoint || undefined
  const found = request.service
    ? await endpointsOf(ports, serviceName(request.service))
    : await onlyServiceWith(ports, endpoint)
  if (endpoint === undefined) return { kind: 'names', service: found.service, names: found.names }
  if (!found.names.includes(endpoint)) throw unknownEndpoint(found, endpoint)
  return found.read(endpoint)
}

function serviceName(text: string): string {
  const name = plainServiceName(text)
  if (name !== null) return name
  throw new UsageError(`${JSON.stringify(text)} is no service name.`, ['Give it as kafka or path/to/kafka.'])
}

async function endpointsOf(ports: EndpointPorts, service: string): Promise<Endpoints> {
  const listed = await ports.askService(service, 'v1/endpoints')
  const sdk = sdkEndpoints(ports, service, listed)
  if (sdk) return sdk
  const [connection, app] = await Promise.all([oldKafka(ports, service, listed), findApp(ports, service)])
  if (connection) return connection
  if (app && !isSdkScheduler(app)) return appEndpoints(service, app)
  if (app || isAway(listed)) throw notReady(service, listed, app !== null)
  throw await unknownService(ports, service)
}

function sdkEndpoints(ports: EndpointPorts, service: string, listed: ServiceReply): Endpoints | null {
  const names = listed.status === 200 ? readEndpointNames(listed.body) : null
  if (names === null) return null
  return {
    service,
    names,
    async read(endpoint) {
      const reply = await ports.askService(service, `v1/endpoints/${encodeURIComponent(endpoint)}`)
      if (reply.status === 200) return report(service, reply)
      if (reply.status === 404) throw unknownEndpoint({ service, names }, endpoint)
      throw notReady(service, reply, true)
    },
  }
}

async function oldKafka(
  ports: EndpointPorts,
  service: string,
  listed: ServiceReply,
  patience?: number,
): Promise<Endpoints | null> {
  if (isAway(listed) || isUnrouted(listed)) return null
  const reply = await ports.askService(service, 'v1/connection', patience)
  if (reply.status !== 200 || !isConnectionReport(reply.body)) return null
  return { service, names: ['broker'], read: async () => report(service, reply) }
}

/** The app of that id, else the one that Admin Router knows by that name. */
async function findApp(ports: EndpointPorts, service: string): Promise<EndpointApp | null> {
  const app = await ports.app(`/${service}`)
  return app ?? (await ports.apps()).find((candidate) => routedName(candidate) === service) ?? null
}

function appEndpoints(service: string, app: EndpointApp): Endpoints {
  return {
    service,
    names: appEndpointNames(app),
    async read(endpoint) {
      const value = appEndpoint(app, endpoint)
      if (value === null) throw unknownEndpoint({ service, names: appEndpointNames(app) }, endpoint)
      return { kind: 'blob', service, text: JSON.stringify(value, null, 2), value }
    },
  }
}

/** JSON objects and arrays are laid out anew, everything else is the service's text. */
function report(service: string, reply: ServiceReply): EndpointAnswer {
  if (/^\s*[[{]/.test(reply.body)) {
    try {
      return { kind: 'blob', service, text: reindentJson(reply.body), value: JSON.parse(reply.body) }
    } catch (thrown) {
      if (!(thrown instanceof SyntaxError)) throw thrown
      if (reply.contentType.includes('json')) {
        throw new UserError(
          'E_BROKEN_JSON',
          `Service ${service} answers with JSON that breaks off or is malformed.`,
          {
            next: ['Try again. If it happens every time, look at the scheduler’s log.'],
          },
        )
      }
    }
  }
  return { kind: 'text', service, text: reply.body }
}

async function onlyServiceWith(ports: EndpointPorts, endpoint: string | undefined): Promise<Endpoints> {
  const apps = await ports.apps()
  const silent: string[] = []
  const all = await inTurns(apps, AT_ONCE, async (app) => {
    const service = routedName(app) ?? plainServiceName(app.id)!
    try {
      const found = await discovered(ports, app, service, endpoint)
      if (found === null) silent.push(service)
      return found
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown
      silent.push(service)
      return null
    }
  })
  const offering = all
    .filter((one): one is Endpoints => one !== null)
    .filter((one) => (endpoint === undefined ? one.names.length > 0 : one.names.includes(endpoint)))
    .sort((a, b) => (a.service < b.service ? -1 : 1))
  if (offering.length === 1) return offering[0]!
  const services = offering.map((one) => one.service)
  if (services.length > 1) {
    const what = endpoint === undefined ? 'have endpoints' : `offer the endpoint “${endpoint}”`
    throw new UsageError(`${services.length} services ${what}: ${some(services)}.`, [
      `Name one: dcos service endpoints ${endpoint ? `${endpoint} ` : ''}--name ${services[0]}`,
    ])
  }
  const what =
    endpoint === undefined ? 'No service has endpoints' : `No service offers the endpoint “${endpoint}”`
  const offered = [...new Set(all.flatMap((one) => one?.names ?? []))].sort()
  throw new UserError('E_ENDPOINT_NOT_FOUND', `${what}.`, {
    next: [
      ...(offered.length ? [`Endpoints that exist: ${some(offered)}`] : []),
      ...(silent.length ? [`These services did not answer, try again later: ${some(silent.sort())}`] : []),
      ...(apps.length === 0 ? ['The cluster runs no app.'] : ['See what has a VIP: dcos vip list']),
    ],
  })
}

/** What one app offers: as a service where it is routed to, else by its ports; null when its scheduler is away. */
async function discovered(
  ports: EndpointPorts,
  app: EndpointApp,
  service: string,
  endpoint: string | undefined,
): Promise<Endpoints | null> {
  if (routedName(app) === null && !isSdkScheduler(app)) return appEndpoints(service, app)
  const listed = await ports.askService(service, 'v1/endpoints', PATIENCE_MS)
  const sdk = sdkEndpoints(ports, service, listed)
  if (sdk) return sdk
  if (isSdkScheduler(app)) return null
  const mayBeKafka = endpoint === undefined || endpoint === 'broker'
  const kafka = mayBeKafka ? await oldKafka(ports, service, listed, PATIENCE_MS) : null
  return kafka ?? appEndpoints(service, app)
}

/** Admin Router reaches nobody, or the scheduler is not up yet. */
function isAway(reply: ServiceReply): boolean {
  return reply.status >= 500
}

/** Admin Router's own 404: no service of that name, as opposed to a service without that path. */
function isUnrouted(reply: ServiceReply): boolean {
  return reply.status === 404 && reply.body.includes('service not found')
}

function notReady(service: string, reply: ServiceReply, known: boolean): UserError {
  const message = `The scheduler of service “${service}” does not answer its endpoints yet (HTTP ${reply.status}).`
  return new UserError('E_SERVICE_NOT_READY', message, {
    next: [
      'After an install or a restart it takes up to a minute: wait a bit and try again.',
      known ? `See how its VIPs are doing: dcos vip list` : 'Check the name.',
    ],
  })
}

function unknownEndpoint(found: { service: string; names: string[] }, endpoint: string): UserError {
  const next = found.names.length
    ? [`Its endpoints: ${some(found.names)}`]
    : ['It has no endpoints (yet): one appears when its first task was launched.']
  return new UserError('E_ENDPOINT_NOT_FOUND', `Service “${found.service}” has no endpoint “${endpoint}”.`, {
    next,
  })
}

async function unknownService(ports: EndpointPorts, service: string): Promise<UserError> {
  const apps = await ports.apps()
  const names = apps.map((app) => routedName(app) ?? plainServiceName(app.id)!).sort()
  return new UserError('E_SERVICE_NOT_FOUND', `The cluster has no service “${service}”.`, {
    next: [
      names.length ? `Services that exist: ${some([...new Set(names)])}` : 'The cluster runs no app.',
      'If it goes by another name, give that one: --name <service>',
    ],
  })
}

/** A list for a message, cut where it gets long. */
function some(names: string[]): string {
  const shown = names.slice(0, 12).join(', ')
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown
}
