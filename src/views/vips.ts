import type { VipReport } from '../domain/vip-report.js'
import { colours } from './colours.js'
import { plainTable } from './table.js'

/** `vip list`. */
export async function vipTable(reports: readonly VipReport[], colour: boolean): Promise<string> {
  if (reports.length === 0) return 'No VIPs yet. Create one: dcos vip create my-service -p 5555:0 --cmd "…"'
  const paint = await painter(colour)
  const rows = reports.map((report) => [
    report.address,
    report.protocol,
    report.ip ?? '-',
    paint(report.status),
    takingTraffic(report),
    report.apps.join(', ') || report.framework || '-',
  ])
  return plainTable(['ADDRESS', 'PROTO', 'IP', 'STATUS', 'BACKENDS', 'APP'], rows)
}

/** `vip show`. */
export async function vipDetails(report: VipReport, reason: string | null, colour: boolean): Promise<string> {
  const paint = await painter(colour)
  const facts: [string, string][] = [
    ['Address', report.address],
    ['Virtual IP', report.ip ?? 'unknown'],
    ['Protocol', report.protocol],
    ['Status', `${paint(report.status)}${explanation(report)}`],
    ['Connect', report.connect ?? 'not reachable from this machine'],
    ...(reason ? [['', reason] as [string, string]] : []),
    ['Label', report.label ?? 'unknown'],
    ['Framework', report.framework ?? '-'],
    ['Apps', report.apps.join(', ') || '-'],
  ]
  const lines = facts.map(([name, value]) => `${(name ? `${name}:` : '').padEnd(12)} ${value}`)
  if (report.backends.length === 0) return lines.join('\n')
  const rows = report.backends.map((backend) => [
    `${backend.ip}:${backend.port}`,
    traffic(backend.weight),
    yesNo(backend.healthy),
    backend.task ?? '-',
  ])
  return `${lines.join('\n')}\n\n${plainTable(['BACKEND', 'TRAFFIC', 'HEALTHY', 'TASK'], rows)}`
}

/** `vip create`, when it is done. */
export async function createdVips(
  created: { vips: readonly VipReport[]; app: string },
  colour: boolean,
): Promise<string> {
  const paint = await painter(colour)
  return created.vips
    .map((report) => {
      const reach = report.connect ? `  (here: ${report.connect}${elsewhere(report)})` : ''
      const protocol = report.protocol === 'udp' ? '/udp' : ''
      return `${report.address}${protocol}  ${paint(report.status)}  ${takingTraffic(report)} backends${reach}`
    })
    .join('\n')
}

/** A VIP that this machine serves in another place than its own: its name does not lead there. */
function elsewhere({ connect, ip, port }: VipReport): string {
  const home = `${ip?.replace(/^\d+/, '127')}:${port}`
  return connect === home && ip?.startsWith('11.') ? '' : ', not by its own address: see `dcos vip show`'
}

async function painter(colour: boolean): Promise<(status: VipReport['status']) => string> {
  const paint = await colours(colour)
  const tint = { healthy: paint.green, degraded: paint.yellow, down: paint.red }
  return (status) => tint[status](status)
}

function takingTraffic(report: VipReport): string {
  const taking = report.backends.filter((backend) => backend.weight !== 0).length
  return `${taking}/${report.backends.length}`
}

function explanation(report: VipReport): string {
  if (report.backends.length === 0) return ' (no task of its app runs)'
  if (report.status === 'down') return ' (no backend takes new connections)'
  return report.status === 'degraded' ? ' (some backends take no new connections)' : ''
}

function traffic(weight: 0 | 1 | null): string {
  if (weight === null) return 'unknown'
  return weight === 1 ? 'yes' : 'no new'
}

function yesNo(value: boolean | null): string {
  if (value === null) return 'unknown'
  return value ? 'yes' : 'no'
}
