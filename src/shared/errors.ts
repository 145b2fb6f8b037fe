/** Exit codes of the program; scripts rely on them (see docs/style.md). */
export const EXIT = { done: 0, failed: 1, usage: 2, invalid: 3, interrupted: 130, terminated: 143 } as const

/**
 * Something the user can mend: wrong input, a cluster that does not answer, a full disk.
 * Everything that is thrown and is not a `UserError` is a bug of ours and is shown as one.
 */
export class UserError extends Error {
  /** Stable, machine-readable name of the failure, such as `E_CLUSTER_UNREACHABLE`. */
  readonly code: string
  /** What to do next: whole sentences or commands, the most useful first. */
  readonly next: string[]
  /** Exit code of the process. */
  readonly exitCode: number

  constructor(
    code: string,
    message: string,
    options: { next?: string[]; exitCode?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'UserError'
    this.code = code
    this.next = options.next ?? []
    this.exitCode = options.exitCode ?? EXIT.failed
  }
}

/** A call that asks for what does not exist: an unknown value, a missing answer (exit 2). */
export class UsageError extends UserError {
  constructor(message: string, next: string[] = [], code = 'E_USAGE') {
    super(code, message, { next, exitCode: EXIT.usage })
    this.name = 'UsageError'
  }
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
