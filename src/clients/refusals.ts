import { EXIT } from '../shared/errors.js'
import { type Attempt, excerpt, HttpError, isLoopback } from './http-error.js'

/** A whole answer of the cluster. */
export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Record<string, string | undefined>
  text: string
}

/** Marathon's error body; other services use parts of it. */
interface ErrorBody {
  message?: unknown
  description?: unknown
  details?: unknown
  deployments?: unknown
}

/** An answer whose status says no, as an error that says why and what to do. `text` of the answer must be free of secrets. */
export function refusal(attempt: Attempt, answer: Answer): HttpError {
  const { status } = answer
  const asked = `${attempt.method} ${attempt.url}`
  const body = errorBody(answer.text)
  const said = reason(body, answer)
  const fail = (code: string, message: string, next: string[], exitCode?: number) =>
    new HttpError(code, attempt, message, { next, status, body: answer.text, exitCode })

  if (status === 401)
    return fail('E_UNAUTHENTICATED', `${asked}: the cluster wants a login (401).`, login(attempt))
  if (status === 403) {
    return fail('E_FORBIDDEN', `${asked}: not allowed (403)${said}`, [
      'Use the token of a user who may: DCOS_ACS_TOKEN',
      'Or ask the cluster’s operator for the permission.',
    ])
  }
  if (status === 404) {
    return fail('E_NOT_FOUND', `${asked}: not found (404)${said}`, [
      'Check the name, and that this is the cluster you mean (--verbose shows it).',
    ])
  }
  if (status === 409) return conflict(attempt, answer, body, said)
  if (isDefinitionRefused(attempt, status, body)) {
    const lines = detailLines(body.details)
    const message = typeof body.message === 'string' ? excerpt(body.message) : 'no reason given'
    return fail(
      'E_DEFINITION_REFUSED',
      [`${asked}: the definition was refused (${status}): ${message}`, ...lines].join('\n'),
      ['Mend the definition and check it without sending: dcos vip validate FILE'],
      EXIT.invalid,
    )
  }
  if (status >= 500) {
    return fail('E_CLUSTER_ERROR', `${asked}: the cluster failed (${status})${said}`, [
      ...(status === 502 || status === 503 || status === 504
        ? ['The service may be starting or restarting: wait half a minute and try again.']
        : []),
      isLoopback(attempt.url)
        ? 'See what the embedded cluster says: dcos local logs'
        : 'See whether the service is up: dcos service',
    ])
  }
  if (status >= 300 && status < 400) return redirected(attempt, answer)
  return fail('E_REFUSED', `${asked}: refused (${status})${said}`, ['See the whole exchange with --verbose.'])
}

function login(attempt: Attempt): string[] {
  const next = ['Set DCOS_ACS_TOKEN to a valid token; it wins over the one in ~/.dcos.']
  if (isLoopback(attempt.url))
    next.push('For the embedded cluster, start it anew: dcos local down, then dcos local up')
  if (!attempt.token)
    next.push('No token went with this request; one is sent only to the address of core.dcos_url.')
  return next
}

function conflict(attempt: Attempt, answer: Answer, body: ErrorBody, said: string): HttpError {
  const asked = `${attempt.method} ${attempt.url}`
  const ids = deploymentIds(body.deployments)
  if (ids.length === 0) {
    return new HttpError(
      'E_CONFLICT',
      attempt,
      `${asked}: it exists already, or is being changed (409)${said}`,
      {
        next: ['See what is there: dcos vip list'],
        status: 409,
        body: answer.text,
      },
    )
  }
  const which = ids.length === 1 ? `deployment ${ids[0]}` : `deployments ${ids.join(', ')}`
  return new HttpError('E_LOCKED', attempt, `${asked}: locked by ${which} (409).`, {
    next: [
      'Wait for it to end and try again.',
      'Or cancel it in favour of this change: the same command with --force',
    ],
    status: 409,
    body: answer.text,
  })
}

function redirected(attempt: Attempt, answer: Answer): HttpError {
  const location = answer.headers.location
  const asked = `${attempt.method} ${attempt.url}`
  let to: URL | null = null
  try {
    to = location ? new URL(location, attempt.url) : null
  } catch {}
  const where = to ? `${to.origin}${to.pathname}` : 'nowhere'
  const elsewhere = to !== null && to.origin !== new URL(attempt.url).origin
  const isLogin = to !== null && /login|oauth|saml|sso/i.test(to.pathname + to.hostname)
  return new HttpError(
    'E_REDIRECTED',
    attempt,
    `${asked}: redirected to ${excerpt(where)} (${answer.status}); not followed, ${elsewhere ? 'that is another address and must not see your token' : 'it would repeat a change'}.`,
    {
      next: isLogin
        ? ['The cluster asks for a login: set DCOS_ACS_TOKEN to a valid token.']
        : elsewhere
          ? [`If that is your cluster, use it: DCOS_URL=${to!.origin}`]
          : ['Check the URL: DCOS_URL, or dcos_url in the dcos.toml of the cluster.'],
      status: answer.status,
      body: answer.text,
    },
  )
}

/** Marathon answers 422, and 400 where each fault has a field (before 1.5, and as its RAML says). */
function isDefinitionRefused(attempt: Attempt, status: number, body: ErrorBody): boolean {
  const isWrite = attempt.method === 'POST' || attempt.method === 'PUT' || attempt.method === 'PATCH'
  return (
    isWrite && (status === 422 || (status === 400 && Array.isArray(body.details) && body.details.length > 0))
  )
}

/** `path: error`, one line a fault. */
function detailLines(details: unknown): string[] {
  if (typeof details === 'string') return [`  ${excerpt(details)}`]
  if (!Array.isArray(details)) return []
  return details.flatMap((detail: { path?: unknown; errors?: unknown } | null) => {
    const path = typeof detail?.path === 'string' ? detail.path : '/'
    const errors = Array.isArray(detail?.errors) ? detail.errors : []
    return errors.map((error) => `  ${excerpt(path)}: ${excerpt(String(error), 500)}`)
  })
}

function deploymentIds(deployments: unknown): string[] {
  if (!Array.isArray(deployments)) return []
  return deployments.flatMap((deployment: { id?: unknown } | null) =>
    typeof deployment?.id === 'string' ? [excerpt(deployment.id)] : [],
  )
}

function errorBody(text: string): ErrorBody {
  try {
    const value = JSON.parse(text)
    return value !== null && typeof value === 'object' ? value : {}
  } catch {
    return {}
  }
}

/** `: what the service said`, from the known places of a reason; a page of HTML is only its title. */
function reason(body: ErrorBody, answer: Answer): string {
  const message = body.message ?? body.description
  if (typeof message === 'string' && message !== '') {
    return [`: ${excerpt(message)}`, ...detailLines(body.details)].join('\n')
  }
  const title = htmlTitle(answer)
  if (title !== null) return title === '' ? '.' : `: “${title}”.`
  const text = excerpt(answer.text)
  return text === '' ? '.' : `: ${text}`
}

/** The title of an answer that is an HTML page (empty when it has none), null when it is no page. */
export function htmlTitle(answer: Answer): string | null {
  const isPage = /^\s*<(!doctype html|html|head|body)/i.test(answer.text)
  if (!isPage && !(answer.headers['content-type'] ?? '').toLowerCase().includes('html')) return null
  return excerpt(/<title[^>]*>([\s\S]*?)<\/title>/i.exec(answer.text.slice(0, 20_000))?.[1] ?? '')
}
