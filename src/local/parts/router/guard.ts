import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Why a request is turned away before it is looked at; null lets it pass. */
export interface Refusal {
  status: 401 | 403
  message: string
}

/** Paths that a client reads before it has a token, and that reveal nothing. */
const OPEN_PATHS = new Set(['/', '/dcos-metadata/dcos-version.json'])
const LOOPBACK_NAMES = new Set(['127.0.0.1', 'localhost', '[::1]'])

/**
 * Whether a request may pass. The cluster runs whatever it is told to, so beside the token it asks for a
 * loopback Host (a web page that rebinds its name to 127.0.0.1 sends its own) and refuses every
 * Origin but its own.
 */
export function refusalOf(
  path: string,
  headers: IncomingHttpHeaders,
  port: number,
  token: string,
): Refusal | null {
  const host = headers.host ?? ''
  if (!isOwnHost(host, port))
    return {
      status: 403,
      message: `This cluster answers on 127.0.0.1:${port} only, not as ${host || 'a nameless host'}.`,
    }
  const { origin } = headers
  if (origin !== undefined && !isOwnOrigin(origin, port))
    return { status: 403, message: 'This cluster takes no requests from web pages of another origin.' }
  if (OPEN_PATHS.has(path) || isToken(tokenOf(headers), token)) return null
  return { status: 401, message: 'This cluster asks for its token.' }
}

function isOwnHost(host: string, port: number): boolean {
  const match = /^(.+?)(?::(\d+))?$/.exec(host.toLowerCase())
  return match !== null && LOOPBACK_NAMES.has(match[1]!) && Number(match[2] ?? 80) === port
}

function isOwnOrigin(origin: string, port: number): boolean {
  return origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length), port)
}

/** `Authorization: token=…` or `Bearer …`, or the cookie that the web UI uses. */
function tokenOf(headers: IncomingHttpHeaders): string {
  const header = /^(?:token=|Bearer\s+)(.*)$/i.exec(headers.authorization ?? '')
  if (header) return header[1]!.trim()
  return /(?:^|;\s*)dcos-acs-auth-cookie=([^;]*)/.exec(headers.cookie ?? '')?.[1] ?? ''
}

function isToken(given: string, token: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(token)
  return a.length === b.length && timingSafeEqual(a, b)
}
