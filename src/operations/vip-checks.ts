import type { PortedApp } from '../domain/app-ports.js'
import { type DeclaredVip, declaredVips } from '../domain/declared-vips.js'
import { ipVipProblem } from '../domain/ip-vip.js'
import { addressOf } from '../domain/vip-address.js'
import { isResolvable, vipHostname } from '../domain/vip-name.js'
import { vipKeyText } from '../domain/vip-table.js'
import { EXIT, UserError } from '../shared/errors.js'
import type { VipSources } from './ports.js'

/** The VIPs of a definition; refuses one without any, and VIPs that could never work. */
export async function checkedVips(app: PortedApp, sources: VipSources): Promise<DeclaredVip[]> {
  const declared = declaredVips(app)
  if (declared.length === 0)
    throw invalid('E_NO_VIP', `The definition of ${app.id} declares no VIP that the cluster would read.`, [
      'Add one: `dcos vip create --file APP.json NAME -p VIP_PORT:CONTAINER_PORT`.',
      '`dcos vip validate APP.json` tells what is wrong with labels that are there.',
    ])
  const hasIpVip = declared.some(({ key }) => key.kind === 'ip')
  const nodes = hasIpVip ? await nodeAddresses(sources) : new Set<string>()
  for (const { key } of declared) {
    if (key.kind === 'ip') {
      const problem = ipVipProblem(key.ip, nodes)
      if (problem) throw invalid('E_IP_VIP_TAKEN', `${key.ip} cannot be an IP VIP: it ${problem}.`, IP_ADVICE)
    } else if (!isResolvable(vipHostname(key.label, key.framework)))
      throw invalid(
        'E_VIP_NAME',
        `The name '${key.label}' gives ${vipHostname(key.label, key.framework)}, which DNS cannot carry.`,
        ['A name needs a letter or digit between its dots; at most 253 characters in all.'],
      )
    if (key.port > 65535)
      throw invalid('E_VIP_PORT', `A VIP port cannot be over 65535: ${addressOf(key)}.`, [
        'Choose a port from 1 to 65535.',
      ])
  }
  return declared
}

/**
 * Refuses what DC/OS would accept and nobody would want: VIPs that another app has already, whose
 * backends would be united, and two spellings of one name.
 */
export function checkCollisions(
  mine: readonly DeclaredVip[],
  others: readonly PortedApp[],
  force: boolean,
): void {
  if (force) return
  const own = new Set(mine.map(({ app }) => app))
  const theirs = others.filter((app) => !own.has(app.id)).flatMap((app) => declaredVips(app))
  for (const { key } of mine) {
    const text = vipKeyText(key)
    const owners = new Set(theirs.filter((vip) => vipKeyText(vip.key) === text).map(({ app }) => app))
    if (owners.size > 0)
      throw invalid('E_VIP_TAKEN', `${addressOf(key)} belongs to ${[...owners].join(', ')} already.`, [
        'DC/OS would unite the backends of both apps without a word.',
        'Choose another name or port, or unite them on purpose with --force.',
      ])
    const twin = theirs.find((other) => spelledDifferently(key, other.key))
    if (key.kind === 'named' && twin?.key.kind === 'named')
      throw invalid(
        'E_VIP_SPELLING',
        `'${key.label}' and '${twin.key.label}' of ${twin.app} share the name ${vipHostname(key.label, key.framework)} but not an address.`,
        [
          `Clients would be refused half of the time. Write '${twin.key.label}', or choose another name.`,
          'Go ahead all the same with --force.',
        ],
      )
  }
}

/** Addresses of the cluster's machines, which no IP VIP may be; empty where Mesos does not tell. */
async function nodeAddresses(sources: VipSources): Promise<Set<string>> {
  const state = await sources.mesosState().catch(() => null)
  const agents = state?.slaves ?? []
  return new Set(agents.flatMap(({ hostname, pid }) => [hostname ?? [], agentIpOf(pid)].flat()))
}

/** `slave(1)@10.0.0.7:5051` */
function agentIpOf(pid: string | undefined): string[] {
  const address = /@\[?(.+?)\]?:\d+$/.exec(pid ?? '')?.[1]
  return address === undefined ? [] : [address]
}

/** Two labels that are different keys for the load balancer and one name for DNS. */
function spelledDifferently(a: DeclaredVip['key'], b: DeclaredVip['key']): boolean {
  return (
    a.kind === 'named' &&
    b.kind === 'named' &&
    (a.label !== b.label || a.framework !== b.framework) &&
    vipHostname(a.label, a.framework) === vipHostname(b.label, b.framework)
  )
}

const IP_ADVICE = [
  'Choose a private address that nothing else in the network uses, such as 10.254.0.1, or leave --ip out for a named VIP.',
]

function invalid(code: string, message: string, next: string[]): UserError {
  return new UserError(code, message, { next, exitCode: EXIT.invalid })
}
