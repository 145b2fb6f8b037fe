import type { AppDefinition, AppUpdate } from './app.js'
import type { NormalizeOptions } from './current-form.js'
import type { ServerError } from './finding.js'
import { PHASES } from './rules/rule.js'
import { DCOS_SETTINGS, parseApp, ruleFindings } from './validate-app.js'

/** What the server answers to a definition that it refuses. */
export interface Refusal {
  ok: false
  /** 422, or 500 where Marathon fails on the definition instead of refusing it; `details` is then empty. */
  status: 422 | 500
  message: string
  details: { path: string; errors: string[] }[]
}

/**
 * A body as the server takes it: read, or refused with the errors of the first phase that has any.
 * Advice and warnings never refuse. An update is only parsed: its fields are checked when merged.
 * Source: Marathon 1.11, `AppHelpers` and `MarathonExceptionMapper`.
 */
export function serverValidation(
  body: unknown,
  options: { update?: false } & NormalizeOptions,
): { ok: true; app: AppDefinition } | Refusal
export function serverValidation(body: unknown): { ok: true; app: AppDefinition } | Refusal
export function serverValidation(
  body: unknown,
  options: { update?: boolean } & NormalizeOptions,
): { ok: true; app: AppUpdate } | Refusal
export function serverValidation(
  body: unknown,
  { update = false, ...settings }: { update?: boolean } & NormalizeOptions = {},
): { ok: true; app: AppUpdate } | Refusal {
  const { app, findings } = parseApp(body, { update })
  if (app === null) {
    return {
      ok: false,
      status: 422,
      message: 'Invalid JSON',
      details: detailsOf(findings.flatMap(serverError)),
    }
  }
  if (update) return { ok: true, app }
  const options = { ...DCOS_SETTINGS, ...settings }
  const refused = ruleFindings(app, options).filter((finding) => finding.serverError && finding.phase)
  const phase = PHASES.find((candidate) => refused.some((finding) => finding.phase === candidate))
  if (phase === undefined) return { ok: true, app }
  const errors = refused.filter((finding) => finding.phase === phase).flatMap(serverError)
  if (phase === 'migration' || phase === 'conversion')
    return { ok: false, status: 500, message: errors[0]!.error, details: [] }
  return { ok: false, status: 422, message: 'Object is not valid', details: detailsOf(errors) }
}

function serverError(finding: { serverError?: ServerError }): ServerError[] {
  return finding.serverError ? [finding.serverError] : []
}

function detailsOf(errors: ServerError[]): { path: string; errors: string[] }[] {
  const byPath = new Map<string, string[]>()
  for (const { path, error } of errors) {
    const known = byPath.get(path) ?? []
    if (!known.includes(error)) byPath.set(path, [...known, error])
  }
  return [...byPath].map(([path, list]) => ({ path, errors: list }))
}
