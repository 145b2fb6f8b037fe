import { readFileSync } from 'node:fs'
import type { Agent as HttpAgent } from 'node:http'
import type { Agent as HttpsAgent } from 'node:https'
import { messageOf, UserError } from '../shared/errors.js'

/** Connections that are kept and shared by all requests to one cluster, per scheme and made at first use. */
export interface Agents {
  for(url: string): Promise<{ http: HttpAgent } | { https: HttpsAgent }>
  /** Closes idle connections. */
  close(): void
}

/** How certificates are checked: see `ClusterTarget.tls`. */
export function createAgents(tls: { verify: boolean; ca: string | null }): Agents {
  let plain: Promise<HttpAgent> | null = null
  let secure: Promise<HttpsAgent> | null = null
  const makePlain = async () => new (await import('node:http')).Agent({ keepAlive: true })
  const makeSecure = async () => {
    const ca = tls.verify && tls.ca ? await readAuthority(tls.ca) : undefined
    const { Agent } = await import('node:https')
    return new Agent({ keepAlive: true, rejectUnauthorized: tls.verify, ca, minVersion: 'TLSv1.2' })
  }
  return {
    async for(url) {
      if (url.startsWith('https:')) {
        secure ??= makeSecure()
        return { https: await secure }
      }
      plain ??= makePlain()
      return { http: await plain }
    },
    close() {
      plain?.then((agent) => agent.destroy()).catch(() => {})
      secure?.then((agent) => agent.destroy()).catch(() => {})
    },
  }
}

async function readAuthority(path: string): Promise<string> {
  const next = [
    'Point core.ssl_verify (or DCOS_TLS_CA_PATH) at a PEM file, or set it to true for the machine’s own.',
  ]
  let pem: string
  try {
    pem = readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new UserError('E_TLS_CA', `The CA bundle ${path} cannot be read: ${messageOf(thrown)}.`, { next })
  }
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem
  throw new UserError('E_TLS_CA', `The CA bundle ${path} holds no certificate in PEM form.`, { next })
}
