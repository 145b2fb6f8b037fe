import { tasksOfState } from '../domain/mesos-state.js'
import type { AddressQuery } from '../domain/vip-address.js'
import { parseAddress } from '../domain/vip-address.js'
import { buildVipReports, type VipReport } from '../domain/vip-report.js'
import { messageOf, UsageError, UserError } from '../shared/errors.js'
import type { Progress, VipSources } from './ports.js'

const UNASKED = { status: 'fulfilled', value: null } as const

/**
 * Every VIP of the cluster. Sources that do not answer are said once and leave nulls behind; when
 * neither Marathon nor Mesos nor the load balancer answers, the first failure is thrown.
 */
export async function listVips(sources: VipSources, progress: Progress): Promise<VipReport[]> {
  const [apps, state, places] = await Promise.allSettled([
    sources.listApps(),
    sources.mesosState(),
    sources.places(),
  ])
  // The embedded cluster's own answer holds what the other two would tell.
  const complete = answerOf(places) !== null && answerOf(state) !== null
  const [netVips, records] = complete
    ? [UNASKED, UNASKED]
    : await Promise.allSettled([sources.netVips(), sources.records()])
  if (apps.status === 'rejected' && answerOf(state) === null && answerOf(netVips) === null) throw apps.reason
  tellMissing(progress, 'Marathon', apps)
  tellMissing(progress, 'Mesos', state)
  tellMissing(progress, "the load balancer's own table", netVips)
  tellMissing(progress, 'the DNS records', records)
  const mesos = answerOf(state)
  return buildVipReports({
    tasks: mesos && tasksOfState(mesos),
    apps: answerOf(apps),
    netVips: answerOf(netVips),
    records: answerOf(records),
    places: answerOf(places),
  })
}

/** One VIP by its address; refused when there is none or the address fits several. */
export async function showVip(
  address: string,
  query: AddressQuery,
  sources: VipSources,
  progress: Progress,
): Promise<VipReport> {
  const reports = await listVips(sources, progress)
  const [found, ...others] = findVips(address, query, reports)
  if (!found) throw vipNotFound(address, query, reports)
  if (others.length > 0) throw ambiguous(address, [found, ...others].map(nameOf))
  return found
}

/** The reports that an address fits, those whose label was typed exactly before all others. */
export function findVips(address: string, query: AddressQuery, reports: readonly VipReport[]): VipReport[] {
  const fitting = reports.filter((report) => fits(report, query))
  const exact = fitting.filter((report) => report.label === labelOfAddress(address))
  return exact.length > 0 ? exact : fitting
}

/** What was typed as an address; a UsageError when it is none. */
export function readAddress(text: string): AddressQuery {
  const query = parseAddress(text)
  if (query !== null) return query
  throw new UsageError(`'${text}' is no service address.`, [
    'An address is NAME:PORT such as my-service:5555, the full my-service.marathon.l4lb.thisdcos.directory:5555, or IP:PORT such as 10.0.0.5:80.',
    '`dcos vip list` shows the addresses of this cluster.',
  ])
}

/** The typed address as the text of a label: without the protocol. */
export function labelOfAddress(address: string): string {
  return address.trim().replace(/\/(tcp|udp)$/i, '')
}

/** The refusal for an address that no VIP has; names those that differ in port or protocol only. */
export function vipNotFound(address: string, query: AddressQuery, reports: readonly VipReport[]): UserError {
  const near = reports.filter((report) => fits(report, { ...query, port: null, protocol: null }))
  return new UserError('E_VIP_NOT_FOUND', `No VIP has the address ${address}.`, {
    next: [
      near.length > 0
        ? `That name has these: ${near.map(nameOf).join(', ')}.`
        : '`dcos vip list` shows those there are.',
    ],
  })
}

/** The refusal for an address that several VIPs have. */
export function ambiguous(address: string, names: readonly string[]): UsageError {
  return new UsageError(
    `${address} fits several VIPs: ${names.join(', ')}.`,
    ['Say which one, by one of these names.'],
    'E_AMBIGUOUS_ADDRESS',
  )
}

/** The shortest text that means this VIP alone. */
function nameOf(report: VipReport): string {
  return `${report.label ?? report.address}/${report.protocol}`
}

function fits(report: VipReport, query: AddressQuery): boolean {
  const colon = report.address.lastIndexOf(':')
  const host = report.address.slice(0, colon).replace(/^\[|\]$/g, '')
  return (
    host === query.host &&
    (query.port === null || query.port === report.port) &&
    (query.protocol === null || query.protocol === report.protocol)
  )
}

function tellMissing(progress: Progress, source: string, result: PromiseSettledResult<unknown>): void {
  if (result.status === 'rejected')
    progress.note(`Warning: going on without ${source}: ${messageOf(result.reason)}`)
}

function answerOf<T>(result: PromiseSettledResult<T>): T | null {
  return result.status === 'fulfilled' ? result.value : null
}
