import { setMaxListeners } from 'node:events'
import type { Got, Method, RequestError } from 'got'
import { createAgents } from './agents.js'
import { connectionError } from './failures.js'
import { type Attempt, blanker, HttpError } from './http-error.js'
import { notWhatWasAsked, parseJson } from './json-answer.js'
import { type Answer, refusal } from './refusals.js'
import { parseEvents, type ServerEvent } from './sse.js'

export { HttpError } from './http-error.js'
export type { Answer } from './refusals.js'
export type { ServerEvent } from './sse.js'

/** What the client must know of a cluster (see `ClusterTarget`). */
export interface HttpTarget {
  url: string
  token: string | null
  tls: { verify: boolean; ca: string | null }
  timeoutMs: number
}

export interface HttpOptions {
  /** Takes one line a request and an answer, secrets blanked. */
  log?: (line: string) => void
  /** Aborts everything; requests then reject with its reason. */
  signal?: AbortSignal
  /** The program's version, for `User-Agent`. */
  version?: string
}

export interface RequestOptions {
  /** `GET` when not given. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON. */
  body?: unknown
  /** Arrays repeat the key, undefined leaves it out. */
  query?: Record<string, string | number | boolean | string[] | undefined>
  headers?: Record<string, string>
  /** Instead of the cluster's own time limit; 0 = none. */
  timeoutMs?: number
  /** Statuses besides 2xx that are answers, not failures. */
  allow?: number[]
}

/**
 * Requests to one cluster. A path is appended to the cluster's URL; a whole URL is taken as it is and
 * gets the token only at the cluster's own origin. Every failure is an `HttpError` (a `UserError`).
 */
export interface Http {
  /** The whole answer; 2xx and the allowed statuses only. */
  send(path: string, options?: RequestOptions): Promise<Answer>
  /** The answer read as JSON, null for an allowed status. */
  json<T>(path: string, options: RequestOptions & { allow: number[] }): Promise<T | null>
  json<T>(path: string, options?: RequestOptions): Promise<T>
  text(path: string, options?: RequestOptions): Promise<string>
  /** Server-sent events until the server ends them or `signal` is aborted. */
  events(path: string, signal?: AbortSignal): AsyncIterable<ServerEvent>
  /** Reads an answer of `send` as JSON, with the same care as `json`. */
  parse<T>(answer: Answer, path: string, options?: RequestOptions): T
  /** The failure that an allowed answer is after all. */
  refusal(answer: Answer, path: string, options?: RequestOptions): HttpError
  /** Closes idle connections. */
  close(): void
}

const CONNECT_MS = 10_000
const RETRIES = 2
const LONGEST_RETRY_MS = 5_000

/** The one way to talk HTTP to a cluster. got is loaded at the first request. */
export function createHttp(target: HttpTarget, options: HttpOptions = {}): Http {
  const origin = new URL(target.url).origin
  // Each request listens while it runs, and many may run at the same time: no leak to warn of.
  if (options.signal) setMaxListeners(0, options.signal)
  const agents = createAgents(target.tls)
  const blank = blanker([target.token])
  const userAgent = options.version ? `dcos-vip/${options.version}` : 'dcos-vip'
  let loading: Promise<Got> | null = null
  const loadGot = () => {
    loading ??= import('got').then((module) => module.got)
    return loading
  }

  const attemptOf = (path: string, request: RequestOptions): Attempt => {
    const url = new URL(/^https?:\/\//i.test(path) ? path : `${target.url}${path}`)
    for (const [key, value] of Object.entries(request.query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) {
        if (one !== undefined) url.searchParams.append(key, String(one))
      }
    }
    return {
      method: request.method ?? 'GET',
      url: url.href,
      token: target.token !== null && url.origin === origin,
    }
  }

  const headersOf = (attempt: Attempt, request: RequestOptions): Record<string, string> => ({
    'user-agent': userAgent,
    accept: 'application/json, */*;q=0.5',
    ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(attempt.token ? { authorization: `token=${target.token}` } : {}),
    ...request.headers,
  })

  const send = async (path: string, request: RequestOptions = {}): Promise<Answer> => {
    const attempt = attemptOf(path, request)
    const shown = shownAttempt(attempt, blank)
    const limit = request.timeoutMs ?? target.timeoutMs
    options.signal?.throwIfAborted()
    const [got, agent] = await Promise.all([loadGot(), agents.for(attempt.url)])
    const started = performance.now()
    options.log?.(`→ ${shown.method} ${shown.url}`)
    try {
      const response = await got(attempt.url, {
        method: attempt.method as Method,
        headers: headersOf(attempt, request),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        agent,
        signal: options.signal,
        throwHttpErrors: false,
        followRedirect: (answer) => isHarmlessRedirect(attempt, answer.url, answer.headers.location),
        timeout: { connect: CONNECT_MS, ...(limit > 0 ? { request: limit } : {}) },
        retry: {
          limit: RETRIES,
          calculateDelay: (state) => {
            const delay = retryDelay(attempt, state)
            if (delay > 0) options.log?.(`↻ ${shown.method} ${shown.url} again in ${Math.round(delay)} ms`)
            return delay
          },
        },
      })
      options.log?.(`← ${response.statusCode} ${timing(started)} ${shown.url}`)
      const answer = {
        status: response.statusCode,
        headers: plainHeaders(response.headers),
        text: response.body,
      }
      if ((answer.status >= 200 && answer.status < 300) || request.allow?.includes(answer.status))
        return answer
      throw refuse(answer, path, request)
    } catch (thrown) {
      if (thrown instanceof HttpError) throw thrown
      options.signal?.throwIfAborted()
      throw failed(thrown, shown, started, limit)
    }
  }

  const failed = (thrown: unknown, shown: Attempt, started: number, limit: number): unknown => {
    const error = thrown as RequestError & { event?: string }
    if (typeof error?.code !== 'string') return thrown
    options.log?.(`✗ ${error.code} ${timing(started)} ${shown.url}`)
    const phase = error.event
    const seconds = (phase === 'connect' ? CONNECT_MS : limit) / 1000
    return connectionError(shown, { code: error.code, message: blank(error.message), phase, seconds })
  }

  const parse = <T>(answer: Answer, path: string, request: RequestOptions = {}): T =>
    parseJson<T>(shownAttempt(attemptOf(path, request), blank), answer, blank)

  const refuse = (answer: Answer, path: string, request: RequestOptions = {}): HttpError =>
    refusal(shownAttempt(attemptOf(path, request), blank), { ...answer, text: blank(answer.text) })

  const json = async <T>(path: string, request: RequestOptions = {}): Promise<T> => {
    const answer = await send(path, request)
    if (answer.status < 200 || answer.status >= 300) return null as T
    return parse<T>(answer, path, request)
  }

  return {
    send,
    json,
    parse,
    refusal: refuse,
    text: async (path, request) => (await send(path, { headers: { accept: '*/*' }, ...request })).text,
    async *events(path, signal) {
      const attempt = attemptOf(path, {})
      const shown = shownAttempt(attempt, blank)
      options.signal?.throwIfAborted()
      if (signal?.aborted) return
      const [got, agent] = await Promise.all([loadGot(), agents.for(attempt.url)])
      const started = performance.now()
      const stop = new AbortController()
      const signals = [stop.signal, options.signal, signal].filter((one) => one !== undefined)
      options.log?.(`→ ${shown.method} ${shown.url} (events)`)
      const stream = got.stream(attempt.url, {
        headers: { ...headersOf(attempt, {}), accept: 'text/event-stream' },
        agent,
        signal: AbortSignal.any(signals),
        throwHttpErrors: false,
        followRedirect: (answer) => isHarmlessRedirect(attempt, answer.url, answer.headers.location),
        timeout: { connect: CONNECT_MS, ...(target.timeoutMs > 0 ? { response: target.timeoutMs } : {}) },
        retry: { limit: 0 },
      })
      try {
        const response = await new Promise<{ statusCode: number; headers: Record<string, unknown> }>(
          (resolve, reject) => {
            stream.once('response', resolve)
            stream.once('error', reject)
          },
        )
        const answer: Answer = {
          status: response.statusCode,
          headers: plainHeaders(response.headers),
          text: '',
        }
        options.log?.(`← ${answer.status} ${timing(started)} ${shown.url}`)
        if (answer.status !== 200 || !answer.headers['content-type']?.includes('text/event-stream')) {
          const chunks: Uint8Array[] = []
          for await (const chunk of stream) if (chunks.push(chunk as Uint8Array) > 64) break
          answer.text = blank(Buffer.concat(chunks).toString('utf8'))
          if (answer.status >= 200 && answer.status < 300)
            throw notWhatWasAsked(shown, answer, 'no event stream', blank)
          throw refusal(shown, answer)
        }
        yield* parseEvents(stream)
      } catch (thrown) {
        if (signal?.aborted) return
        options.signal?.throwIfAborted()
        throw thrown instanceof HttpError ? thrown : failed(thrown, shown, started, target.timeoutMs)
      } finally {
        stop.abort()
        stream.once('error', () => {})
      }
    },
    close: agents.close,
  }
}

/** A redirect is followed where it repeats a reading at the same origin: nothing is changed twice, no stranger sees the token. */
function isHarmlessRedirect(attempt: Attempt, from: string, location: string | undefined): boolean {
  if (attempt.method !== 'GET' && attempt.method !== 'HEAD') return false
  try {
    return new URL(location ?? '', from).origin === new URL(attempt.url).origin
  } catch {
    return false
  }
}

/** Milliseconds until a reading is tried again, 0 = not: after a broken connection, or a 503 that says when to come back. */
function retryDelay(
  attempt: Attempt,
  state: { attemptCount: number; error: RequestError; retryAfter?: number },
): number {
  if (state.attemptCount > RETRIES || (attempt.method !== 'GET' && attempt.method !== 'HEAD')) return 0
  if (state.error.response) {
    const { retryAfter } = state
    if (state.error.response.statusCode !== 503 || retryAfter === undefined) return 0
    return retryAfter <= LONGEST_RETRY_MS ? Math.max(retryAfter, 50) : 0
  }
  return state.error.code === 'ECONNRESET' || state.error.code === 'EPIPE' ? 50 * 2 ** state.attemptCount : 0
}

function shownAttempt(attempt: Attempt, blank: (text: string) => string): Attempt {
  return { ...attempt, url: blank(attempt.url) }
}

function plainHeaders(headers: Record<string, unknown>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  )
}

function timing(started: number): string {
  return `${(performance.now() - started).toFixed(0)} ms`
}
