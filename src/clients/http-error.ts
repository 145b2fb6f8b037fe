import { UserError } from '../shared/errors.js'

/** What was asked. */
export interface Attempt {
  method: string
  url: string
  /** Whether a token went with it. */
  token: boolean
}

/** A request that failed. Callers may look at `status` and `body`; people read `message` and `next`. */
export class HttpError extends UserError {
  readonly method: string
  readonly url: string
  /** Null when no whole answer arrived. */
  readonly status: number | null
  /** The answer's text, secrets blanked; empty when there was none. */
  readonly body: string

  constructor(
    code: string,
    attempt: Attempt,
    message: string,
    details: { next: string[]; status?: number; body?: string; exitCode?: number; cause?: unknown },
  ) {
    super(code, message, { next: details.next, exitCode: details.exitCode, cause: details.cause })
    this.name = 'HttpError'
    this.method = attempt.method
    this.url = attempt.url
    this.status = details.status ?? null
    this.body = details.body ?? ''
  }
}

/** Whether the address is this machine: then the embedded cluster is the likely one. */
export function isLoopback(url: string): boolean {
  const host = new URL(url).hostname
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}

/** Makes secrets unreadable in text that is shown or kept: the known ones, and whatever stands after `token=` or `Bearer`. */
export function blanker(secrets: (string | null)[]): (text: string) => string {
  // Anything shorter is no secret, and blanking it would make the text unreadable.
  const known = secrets.filter((secret): secret is string => secret !== null && secret.length >= 4)
  const forms = known.flatMap((secret) => [secret, encodeURIComponent(secret)])
  return (text) => {
    let blanked = text
    for (const form of forms) blanked = blanked.replaceAll(form, '********')
    return blanked.replace(/(token=|bearer )[\w.~+/=-]{8,}/gi, '$1********')
  }
}

/** One line from a text of unknown size and content, safe to show on a terminal. */
export function excerpt(text: string, length = 200): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim()
  return line.length > length ? `${line.slice(0, length)}…` : line
}
