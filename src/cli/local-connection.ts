import type { Http } from '../clients/http.js'
import type { Environment } from './environment.js'

/** Speaks to the embedded cluster itself, whatever cluster is attached. */
export async function connectLocal(
  environment: Environment,
  version: string,
  flags: { verbose?: boolean },
  running: { url: string },
  token: string,
): Promise<Http> {
  const { createHttp } = await import('../clients/http.js')
  const target = { url: running.url, token, tls: { verify: true, ca: null }, timeoutMs: 10_000 }
  const log = flags.verbose ? (line: string) => void environment.stderr.write(`${line}\n`) : undefined
  return createHttp(target, { signal: environment.signal, version, ...(log ? { log } : {}) })
}
