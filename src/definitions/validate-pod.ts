import { isVipKey } from '../domain/vip-label.js'
import type { Finding } from './finding.js'
import { childPath } from './marathon-path.js'
import { VALUE_CHECKS } from './rules/vip-value.js'

/** Findings of a pod: what it must have, and the VIP labels of its endpoints. */
export function validatePod(value: unknown): Finding[] {
  const pod = value as { id?: unknown; containers: unknown[] }
  const findings: Finding[] = []
  if (typeof pod.id !== 'string') {
    const error =
      pod.id === undefined
        ? `'id' is undefined on object: ${JSON.stringify(value)}`
        : 'error.expected.jsstring'
    findings.push(required('/id', pod.id === undefined ? '"id" is missing' : 'an id is text', error))
  } else if (!pod.id.startsWith('/'))
    findings.push(required('/id', 'the id of a pod begins with /', 'Path needs to be absolute'))
  if (pod.containers.length === 0)
    findings.push(required('/containers', 'a pod has at least one container', 'error.minLength'))
  pod.containers.forEach((container, c) => {
    const endpoints = (container as { endpoints?: unknown } | null)?.endpoints
    if (!Array.isArray(endpoints)) return
    endpoints.forEach((endpoint, e) => {
      const path = childPath(`${childPath('/containers', c)}/endpoints`, e)
      findings.push(...endpointFindings(endpoint, path))
    })
  })
  return findings
}

function endpointFindings(endpoint: unknown, path: string): Finding[] {
  const { labels, protocol } = (endpoint ?? {}) as { labels?: unknown; protocol?: unknown }
  const vips = Object.entries(labels ?? {}).filter(([key]) => isVipKey(key))
  const findings = vips.flatMap(([key, value]) => vipFindings(childPath(`${path}/labels`, key), value))
  if (vips.length > 0 && !Array.isArray(protocol))
    findings.push({
      rule: 'vip-without-protocol',
      severity: 'error',
      path,
      message: 'an endpoint without a protocol is not announced, so its VIP gets no backends',
      fix: 'add "protocol": ["tcp"]',
    })
  return findings
}

function vipFindings(path: string, value: unknown): Finding[] {
  if (typeof value !== 'string') return [required(path, 'a label is text', 'error.expected.jsstring')]
  return Object.entries(VALUE_CHECKS).flatMap(([rule, check]): Finding[] => {
    const problem = check(value)
    return problem === null ? [] : [{ rule, severity: 'error', path, ...problem }]
  })
}

function required(path: string, message: string, error: string): Finding {
  return { rule: 'pod', severity: 'error', path, message, serverError: { path, error } }
}
