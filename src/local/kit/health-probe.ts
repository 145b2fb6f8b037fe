import http from 'node:http'
import https from 'node:https'
import net from 'node:net'

/** Outcome of one probe; `cause` is the HTTP status line or the text of what went wrong. */
export interface ProbeResult {
  ok: boolean
  cause: string
}

/** Where a probe goes and how long it may take; 0 ms means without limit, as in Mesos. */
export interface ProbeTarget {
  host: string
  port: number
  timeoutMs: number
  /** Ends the probe early (as a failure) and closes its socket. */
  signal?: AbortSignal
}

/**
 * One HTTP(S) check by the rules of Marathon and Mesos: healthy is a status 200..399 in time, redirects
 * are not followed, certificates are not verified. Never rejects.
 */
export function probeHttp(
  target: ProbeTarget & { scheme: 'http' | 'https'; path: string },
): Promise<ProbeResult> {
  const { scheme, host, port, path } = target
  return once(target, (finish) => {
    const request = (scheme === 'https' ? https : http).request({
      host,
      port,
      path: path.startsWith('/') ? path : `/${path}`,
      agent: false,
      rejectUnauthorized: false,
      headers: { connection: 'close' },
    })
    request.on('error', (error) => finish(failed(error)))
    request.on('response', (response) => {
      const { statusCode = 0, statusMessage } = response
      const text = statusMessage || http.STATUS_CODES[statusCode] || ''
      finish({ ok: statusCode >= 200 && statusCode < 400, cause: `${statusCode} ${text}`.trim() })
    })
    request.end()
    return () => request.destroy()
  })
}

/** One TCP check: healthy is a connection in time. Never rejects. */
export function probeTcp(target: ProbeTarget): Promise<ProbeResult> {
  return once(target, (finish) => {
    const socket = net.connect({ host: target.host, port: target.port })
    socket.on('error', (error) => finish(failed(error)))
    socket.on('connect', () => finish({ ok: true, cause: 'connected' }))
    return () => socket.destroy()
  })
}

/** Runs one exchange to its first outcome, time-out or abort, and always closes it. */
function once(
  { timeoutMs, signal }: ProbeTarget,
  open: (finish: (result: ProbeResult) => void) => () => void,
): Promise<ProbeResult> {
  return new Promise((resolve) => {
    let close = () => {}
    const finish = (result: ProbeResult) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      resolve(result)
      close()
    }
    const abort = () => finish({ ok: false, cause: 'probe was taken back' })
    const timer =
      timeoutMs > 0
        ? setTimeout(() => finish({ ok: false, cause: `no answer within ${timeoutMs} ms` }), timeoutMs)
        : undefined
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    try {
      close = open(finish)
    } catch (error) {
      finish(failed(error))
    }
  })
}

function failed(error: unknown): ProbeResult {
  const { message, code } = error as NodeJS.ErrnoException
  // Connecting to a name with several addresses fails with an error that has a code and no message.
  return { ok: false, cause: message || code || String(error) }
}
