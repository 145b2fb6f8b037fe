import { isVipKey, MAX_PORT, parseVipLabel } from '../../domain/vip-label.js'
import { isResolvable, VIP_ZONE, vipHostname } from '../../domain/vip-name.js'
import type { Remark, Rule } from './rule.js'
import { portLabels } from './vip-places.js'

/** A reading problem of a VIP label's value, or null. The load balancer itself says nothing, ever. */
export type ValueCheck = (value: string) => { message: string; fix: string } | null

/** The value ends in a port that a packet can carry. */
export const vipPort: Rule = valueRule('vip-port', 'error', vipPortProblem)

/** The name part gives a name that DNS can carry. */
export const vipName: Rule = valueRule('vip-name', 'error', vipNameProblem)

/** What looks like an address or a URL and is read as a bare name. */
export const vipMisread: Rule = valueRule('vip-misread', 'error', vipMisreadProblem)

/** Source of the grammar: dcos-net ≥ 1.12, which drops what it cannot read. */
export function vipPortProblem(value: string): { message: string; fix: string } | null {
  const vip = parseVipLabel(value)
  const name = value.includes(':') ? value.slice(0, value.lastIndexOf(':')) : value
  const fix = `write "${name || '/my-service'}:80" with a port from 1 to ${MAX_PORT}`
  if (vip.kind !== 'dropped')
    return vip.port > MAX_PORT
      ? { message: `VIP port ${vip.port} is beyond ${MAX_PORT} and never works`, fix }
      : null
  switch (vip.reason) {
    case 'no-port':
      return { message: `VIP "${value}" has no port; the load balancer ignores it`, fix }
    case 'port-zero':
      return { message: `VIP "${value}" has port 0; the load balancer ignores it`, fix }
    case 'bad-port':
      return {
        message: `VIP "${value}" does not end in a whole port number; the load balancer ignores it`,
        fix,
      }
  }
}

function vipNameProblem(value: string): { message: string; fix: string } | null {
  const vip = parseVipLabel(value)
  if (vip.kind !== 'named' || isResolvable(vipHostname(vip.label))) return null
  return {
    message: `VIP name "${vip.label}" becomes ${vipHostname(vip.label)}, which nobody can resolve`,
    fix: 'use letters, digits and dashes, such as /my-service',
  }
}

function vipMisreadProblem(value: string): { message: string; fix: string } | null {
  const vip = parseVipLabel(value)
  if (vip.kind !== 'named') return null
  const { label, port } = vip
  const reading = `read as the name ${vipHostname(label)}`
  const bracketed = /^\[(.*)\]$/.exec(label)
  if (bracketed)
    return { message: `an IPv6 address in brackets is ${reading}`, fix: `write "${bracketed[1]}:${port}"` }
  const scheme = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/i.exec(label)
  if (scheme)
    return {
      message: `a VIP on a port has no scheme: this is ${reading}`,
      fix: `write "${scheme[1]}:${port}"; the port's "protocol" says tcp or udp`,
    }
  const full = /^\/?(.+)\.l4lb\.thisdcos\.(?:directory|global)\.?$/i.exec(label)
  if (full)
    return {
      message: `the label is the name without ".${VIP_ZONE}": this is ${reading}`,
      fix: `write "/${full[1]!.replace(/\.marathon$/i, '')}:${port}"`,
    }
  return null
}

function valueRule(id: string, severity: Rule['severity'], problemOf: ValueCheck): Rule {
  return {
    id,
    severity,
    check: (app) =>
      portLabels(app).flatMap(({ path, key, value }): Remark[] => {
        const problem = isVipKey(key) ? problemOf(value) : null
        return problem === null ? [] : [{ path, ...problem }]
      }),
  }
}

/** The checks of a VIP label's value by rule id; pods use them too. */
export const VALUE_CHECKS: Record<string, ValueCheck> = {
  'vip-port': vipPortProblem,
  'vip-name': vipNameProblem,
  'vip-misread': vipMisreadProblem,
}
