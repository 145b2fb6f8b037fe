import { type Attempt, excerpt, HttpError, isLoopback } from './http-error.js'

/** What a failed connection leaves: the system's code and text, and got's phase of a time-out. */
export interface ConnectionFailure {
  code: string
  message: string
  phase?: string
  seconds?: number
}

/** Codes of certificates that nobody vouches for. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** A request that got no whole answer, as an error that says what to do. */
export function connectionError(attempt: Attempt, failure: ConnectionFailure): HttpError {
  const asked = `${attempt.method} ${attempt.url}`
  const host = new URL(attempt.url).host
  const cause = new Error(`${failure.code}: ${failure.message}`)
  const fail = (code: string, message: string, next: string[]) =>
    new HttpError(code, attempt, message, { next, cause })
  const { code } = failure

  if (code === 'ETIMEDOUT') {
    const what =
      failure.phase === 'connect' || failure.phase === 'lookup' ? 'no connection' : 'no whole answer'
    return fail('E_TIMEOUT', `${asked}: ${what} within ${failure.seconds} seconds.`, [
      ...unsure(attempt),
      'Give it more time: DCOS_TIMEOUT=300',
      reach(attempt.url),
    ])
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const why = code === 'EAI_AGAIN' ? 'the name server does not answer' : 'no such host name'
    return fail('E_CLUSTER_UNREACHABLE', `${asked}: ${why} (${new URL(attempt.url).hostname}).`, [
      'Check the URL: DCOS_URL, or dcos_url in the dcos.toml of the cluster.',
      'Check that you are on the cluster’s network (VPN, DNS).',
    ])
  }
  if (UNTRUSTED.has(code)) {
    return fail(
      'E_TLS',
      `${asked}: the certificate of ${host} is signed by an authority this machine does not trust.`,
      [
        'Trust the cluster’s own authority: DCOS_TLS_CA_PATH=<file>',
        'Without any check, for tests only: DCOS_TLS_INSECURE=1',
      ],
    )
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'
    return fail('E_TLS', `${asked}: the certificate of ${host} ${when}.`, [
      'Check this machine’s clock.',
      'Ask the cluster’s operator for a new certificate.',
    ])
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return fail('E_TLS', `${asked}: the certificate is for another name. ${failure.message}`, [
      'Use the name that the certificate carries: DCOS_URL=https://<name>',
    ])
  }
  if (
    code === 'EPROTO' ||
    code.startsWith('ERR_SSL') ||
    code.startsWith('ERR_TLS') ||
    code.startsWith('CERT_')
  ) {
    return fail('E_TLS', `${asked}: the TLS handshake with ${host} failed: ${excerpt(failure.message)}`, [
      `If ${host} speaks plain HTTP, write the URL as http://${host}.`,
    ])
  }
  if (code === 'ECONNREFUSED') {
    return fail('E_CLUSTER_UNREACHABLE', `${asked}: nothing listens at ${host}.`, [reach(attempt.url)])
  }
  if (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'ECONNABORTED'
  ) {
    return fail('E_CONNECTION_LOST', `${asked}: the connection broke off before the answer was whole.`, [
      ...unsure(attempt),
      'Try again. If it happens every time, a proxy or the service itself cuts connections.',
    ])
  }
  if (code.startsWith('HPE_')) {
    return fail('E_NOT_HTTP', `${asked}: what ${host} answers is no HTTP (${excerpt(failure.message)}).`, [
      'Check host and port: DCOS_URL, or dcos_url in the dcos.toml of the cluster.',
      `If it speaks TLS, write the URL as https://${host}.`,
    ])
  }
  return fail('E_CLUSTER_UNREACHABLE', `${asked}: ${excerpt(failure.message)} (${code}).`, [
    reach(attempt.url),
  ])
}

function reach(url: string): string {
  return isLoopback(url)
    ? 'Is the embedded cluster running? dcos local status shows it, dcos local up starts it.'
    : 'Check the URL (DCOS_URL, or dcos_url in the dcos.toml of the cluster) and your network (VPN, proxy, firewall).'
}

/** A write whose answer is lost may still have been carried out. */
function unsure(attempt: Attempt): string[] {
  if (attempt.method === 'GET' || attempt.method === 'HEAD') return []
  return ['The cluster may have carried it out all the same: look before you repeat it (dcos vip list).']
}
