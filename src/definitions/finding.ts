/** `error`: the server refuses it, or it can never work. `warning`: surely not meant. `info`: good to know. */
export type Severity = 'error' | 'warning' | 'info'

/** What Marathon answers (one entry of `details`). */
export interface ServerError {
  path: string
  error: string
}

/** Something to say about a definition. */
export interface Finding {
  /** Id of the rule, such as `port-names-unique`; stable, so that scripts can filter by it. */
  rule: string
  severity: Severity
  /** Where, in Marathon's path syntax: `/container/portMappings(0)/hostPort`; `/` is the whole. */
  path: string
  message: string
  /** What to write instead. */
  fix?: string
  /** Set when Marathon itself refuses the definition for this. */
  serverError?: ServerError
}

/** A finding with its place in the text, both counted from 1. */
export type PlacedFinding = Finding & { line: number; column: number }
