import { type Attempt, excerpt, HttpError } from './http-error.js'
import { type Answer, htmlTitle } from './refusals.js'

/** The answer read as JSON. */
export function parseJson<T>(attempt: Attempt, answer: Answer, blank: (text: string) => string): T {
  const text = answer.text.charCodeAt(0) === 0xfeff ? answer.text.slice(1) : answer.text
  try {
    return JSON.parse(text) as T
  } catch {
    throw notWhatWasAsked(attempt, answer, 'no JSON', blank)
  }
}

/** An answer that says yes and holds something else than was asked for: a login page, half a document, nothing. */
export function notWhatWasAsked(
  attempt: Attempt,
  answer: Answer,
  instead: string,
  blank: (text: string) => string,
): HttpError {
  const asked = `${attempt.method} ${attempt.url}`
  const details = { status: answer.status, body: blank(answer.text) }
  const check =
    'Check that the URL is the cluster’s own: DCOS_URL, or dcos_url in the dcos.toml of the cluster.'
  const title = htmlTitle(answer)
  if (title !== null) {
    const page = title === '' ? 'a web page' : `a web page titled “${blank(title)}”`
    return new HttpError(
      'E_NOT_JSON',
      attempt,
      `${asked}: ${page} came back instead of data (${answer.status}).`,
      {
        ...details,
        next: ['A login page or a proxy may stand in between: set DCOS_ACS_TOKEN to a valid token.', check],
      },
    )
  }
  const text = answer.text.trim()
  if (text === '') {
    return new HttpError('E_EMPTY_ANSWER', attempt, `${asked}: the answer is empty (${answer.status}).`, {
      ...details,
      next: ['Try again; if it stays empty, a proxy may swallow the answer.', check],
    })
  }
  if (instead === 'no JSON' && /^[[{"]/.test(text)) {
    return new HttpError(
      'E_BROKEN_JSON',
      attempt,
      `${asked}: the JSON breaks off or is malformed near “${excerpt(blank(text.slice(-40)))}”.`,
      {
        ...details,
        next: ['Try again. If it happens every time, a proxy cuts answers off.'],
      },
    )
  }
  const type = answer.headers['content-type'] ?? 'no content type'
  return new HttpError('E_NOT_JSON', attempt, `${asked}: ${instead} (${type}): “${excerpt(blank(text))}”.`, {
    ...details,
    next: [check],
  })
}
