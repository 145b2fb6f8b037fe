import type { Environment } from './environment.js'

/** What the embedded cluster says of itself, whatever cluster is attached. */
export async function askLocalStatus(
  environment: Environment,
  version: string,
  { verbose }: { verbose?: boolean },
  { url, token }: { url: string; token: string },
): Promise<object> {
  const [{ createHttp }, { readLocalStatus }] = await Promise.all([
    import('../clients/http.js'),
    import('../clients/local.js'),
  ])
  const target = { url, token, tls: { verify: true, ca: null }, timeoutMs: 10_000 }
  const log = verbose ? (line: string) => void environment.stderr.write(`${line}\n`) : undefined
  const http = createHttp(target, { signal: environment.signal, version, ...(log ? { log } : {}) })
  try {
    return (await readLocalStatus(http)) ?? {}
  } finally {
    http.close()
  }
}
