import type { Finding } from './finding.js'
import { childPath } from './marathon-path.js'
import { DCOS_SETTINGS, parseApp, ruleFindings } from './validate-app.js'

/**
 * Findings of a group: those of its apps, in all its groups. The parser names the whole path, while
 * later phases name the place within the app only. Source: Marathon 1.11, `GroupNormalization`.
 */
export function validateGroup(value: unknown, path = '/'): Finding[] {
  const group = (value ?? {}) as { apps?: unknown; groups?: unknown }
  return [
    ...listFindings(group.apps, childPath(path, 'apps'), appFindings),
    ...listFindings(group.groups, childPath(path, 'groups'), validateGroup),
  ]
}

function listFindings(
  list: unknown,
  path: string,
  validate: (item: unknown, path: string) => Finding[],
): Finding[] {
  if (list === undefined || list === null) return []
  if (Array.isArray(list)) return list.flatMap((item, index) => validate(item, childPath(path, index)))
  const serverError = { path, error: 'error.expected.jsarray' }
  return [{ rule: 'type', severity: 'error', path, message: 'expected a list in [ ]', serverError }]
}

function appFindings(value: unknown, base: string): Finding[] {
  const { app, findings } = parseApp(value)
  const parser = findings.map((finding) => ({
    ...finding,
    path: below(base, finding.path),
    ...(finding.serverError
      ? { serverError: { ...finding.serverError, path: below(base, finding.serverError.path) } }
      : {}),
  }))
  if (app === null) return parser
  const rules = ruleFindings(app, DCOS_SETTINGS)
  return [
    ...parser,
    ...rules.map(({ phase: _phase, ...rest }) => ({ ...rest, path: below(base, rest.path) })),
  ]
}

function below(base: string, path: string): string {
  return path === '/' ? base : `${base}${path}`
}
