import type { AppDefinition } from './app.js'
import { type NormalizeOptions, toCurrentForm } from './current-form.js'
import type { Finding } from './finding.js'
import { checkApp } from './generated/app.js'
import { parserFindings } from './parser-errors.js'
import { readApp } from './read-app.js'
import { APP_RULES } from './rules/index.js'
import type { Phase } from './rules/rule.js'

/** The settings that decide what an app may say, as DC/OS has them. */
export const DCOS_SETTINGS: NormalizeOptions = { defaultNetworkName: 'dcos' }

/** Everything there is to say about an app definition: what the parser finds or, if it finds no error, the rules too. */
export function validateApp(value: unknown, options: NormalizeOptions = DCOS_SETTINGS): Finding[] {
  const parsed = parseApp(value)
  return parsed.app === null
    ? parsed.findings
    : [
        ...parsed.findings,
        ...ruleFindings(parsed.app, options).map(({ phase: _phase, ...finding }) => finding),
      ]
}

/** The parser phase. `app` is null when the server would stop here; an update may leave `id` out. */
export function parseApp(
  value: unknown,
  options: { update?: boolean } = {},
): { app: AppDefinition | null; findings: Finding[] } {
  const errors = checkApp(value) ? [] : (checkApp.errors ?? [])
  const findings = parserFindings(value, errors).filter(
    (finding) => !(options.update && isMissingId(finding, value)),
  )
  const refused = findings.some((finding) => finding.severity === 'error')
  return { app: refused ? null : readApp(value), findings }
}

/** Findings of the semantic rules, each with the phase in which the server finds it. */
export function ruleFindings(app: AppDefinition, options: NormalizeOptions): (Finding & { phase?: Phase })[] {
  const current = toCurrentForm(app, options)
  return APP_RULES.flatMap((rule) =>
    rule.check(app, current).map(({ path, message, ...rest }) => ({
      rule: rule.id,
      severity: rule.severity,
      path,
      message,
      ...rest,
      ...(rule.phase === undefined ? {} : { phase: rule.phase }),
    })),
  )
}

function isMissingId(finding: Finding, value: unknown): boolean {
  const id = (value as { id?: unknown } | null)?.id
  return finding.serverError?.path === '/id' && (id === undefined || id === null)
}
