import type { Finding, PlacedFinding } from './finding.js'
import { readJson } from './json-source.js'
import { validateApp } from './validate-app.js'
import { validateGroup } from './validate-group.js'
import { validatePod } from './validate-pod.js'

/** What a definition defines; `unknown` when it is no JSON object. */
export type DefinitionKind = 'app' | 'pod' | 'group' | 'unknown'

const VALIDATORS: Record<Exclude<DefinitionKind, 'unknown'>, (value: unknown) => Finding[]> = {
  app: (value) => validateApp(value),
  pod: validatePod,
  group: (value) => validateGroup(value),
}

/** Tells pods by their containers, groups by their apps or groups; everything else is an app. */
export function kindOf(value: unknown): DefinitionKind {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'unknown'
  if ('containers' in value && Array.isArray(value.containers)) return 'pod'
  return 'groups' in value || 'apps' in value ? 'group' : 'app'
}

/**
 * Checks the text of a definition file, sorted by place. Bytes are checked to be UTF-8 as well.
 * `value` is undefined when the text is no JSON.
 */
export function validateAppText(text: string | Uint8Array): {
  kind: DefinitionKind
  findings: PlacedFinding[]
  value: unknown
} {
  const source = readJson(text)
  const kind = source.value === undefined ? 'unknown' : kindOf(source.value)
  const findings: PlacedFinding[] = [...source.problems]
  if (kind !== 'unknown') {
    for (const finding of VALIDATORS[kind](source.value))
      findings.push({ ...finding, ...source.placeOf(finding.path, placeOfRule(finding.rule)) })
  } else if (source.value !== undefined) {
    const message = 'a definition is one object in { }'
    findings.push({ rule: 'type', severity: 'error', path: '/', message, ...source.placeOf('/') })
  }
  findings.sort((a, b) => a.line - b.line || a.column - b.column)
  return { kind, findings, value: source.value }
}

/** Unknown fields are about the key, everything else about what is written behind it. */
function placeOfRule(rule: string): 'key' | 'value' {
  return ['unknown-field', 'deprecated-field', 'vip-key', 'ports-not-used'].includes(rule) ? 'key' : 'value'
}
