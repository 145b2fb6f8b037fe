import type { AppDefinition } from '../app.js'
import type { Finding, Severity } from '../finding.js'

/**
 * The server's phases, in the order in which they run; the first with an error ends the request.
 * `legacy`, `current` and `model` answer 422, `migration` and `conversion` 500.
 */
export const PHASES = ['legacy', 'migration', 'current', 'conversion', 'model'] as const
export type Phase = (typeof PHASES)[number]

/** What a rule has to say; the rule's id and severity are added to it. */
export type Remark = Omit<Finding, 'rule' | 'severity'>

/** One semantic rule about apps that passed the parser. */
export interface Rule {
  id: string
  severity: Severity
  /** When the server checks it; absent for advice that the server does not give. */
  phase?: Phase
  /** `declared` is the app as written, `current` with old forms turned into current ones. */
  check(declared: AppDefinition, current: AppDefinition): Remark[]
}

/** A remark that the server makes too, at `path` (or elsewhere: `serverPath`) with these words. */
export function refused(
  path: string,
  error: string,
  options: { message?: string; fix?: string; serverPath?: string } = {},
): Remark {
  return {
    path,
    message: options.message ?? error,
    ...(options.fix === undefined ? {} : { fix: options.fix }),
    serverError: { path: options.serverPath ?? path, error },
  }
}

/** The values that stand in a list more than once. */
export function repeated<T>(values: readonly T[]): T[] {
  const seen = new Set<T>()
  return [...new Set(values.filter((value) => seen.size === seen.add(value).size))]
}

/** A number as Scala prints a double: `1` → `1.0`. */
export function double(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value)
}
