import type { Http } from './http.js'
import { encodeId } from './marathon.js'

/** What a service answers behind Admin Router, whatever its status. */
export interface ServiceAnswer {
  status: number
  /** Empty when the service names none. */
  contentType: string
  body: string
}

/** Statuses that say something about the service rather than about the call. */
const TELLING = [404, 405, 406, 410, 500, 501, 502, 503, 504]

/** `GET /service/<name>/<path>`; inner slashes of the name stay, empty segments go. */
export async function askService(
  http: Http,
  service: string,
  path: string,
  timeoutMs?: number,
): Promise<ServiceAnswer> {
  const answer = await http.send(`/service${encodeId(service)}/${path}`, {
    headers: { accept: '*/*' },
    allow: TELLING,
    timeoutMs,
  })
  return { status: answer.status, contentType: answer.headers['content-type'] ?? '', body: answer.text }
}
