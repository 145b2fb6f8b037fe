import type { RunningReport } from '../operations/local-cluster.js'
import { colours } from './colours.js'
import { plainTable } from './table.js'

/** `local up`. */
export function clusterUp(running: RunningReport, started: boolean): string {
  return [
    started
      ? 'The embedded cluster is up, and attached.'
      : 'The embedded cluster is running already; attached to it.',
    `  API  ${running.url}`,
    `  DNS  ${running.dns}`,
  ].join('\n')
}

/** `local status`. */
export async function clusterStatus(
  status: RunningReport & {
    parts?: { name: string; healthy: boolean; detail: string }[]
    names?: { works: boolean; reason: string | null }
  },
  colour: boolean,
): Promise<string> {
  const paint = await colours(colour)
  const facts: [string, string][] = [
    ['API', status.url],
    ['DNS', status.dns],
    ['Engine', status.engine],
    [
      'Names',
      status.names?.works ? 'seen by tasks and `dcos local exec`' : (status.names?.reason ?? 'unknown'),
    ],
    ['Process', `${status.pid}, since ${status.startedAt}`],
    ['Cluster', status.clusterId],
  ]
  const rows = (status.parts ?? []).map((part) => [
    part.name,
    part.healthy ? paint.green('healthy') : paint.red('unhealthy'),
    part.detail,
  ])
  const lines = facts.map(([name, value]) => `${`${name}:`.padEnd(9)} ${value}`)
  return `${lines.join('\n')}\n\n${plainTable(['PART', 'HEALTH', 'DETAIL'], rows)}`
}
