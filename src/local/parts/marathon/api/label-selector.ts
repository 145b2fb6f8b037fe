import { ApiError } from './errors.js'

type Test = (labels: Record<string, string>) => boolean

const TERM = String.raw`((?:\\.|[-A-Za-z0-9_.])+)`
const SET = String.raw`\(\s*(${TERM}(?:\s*,\s*${TERM})*)\s*\)`
const SELECTOR = new RegExp(
  String.raw`^\s*${TERM}(?:\s*(==|!=)\s*${TERM}|\s+(in|notin)\s*${SET})?\s*(?:,(?=\s*\S)|$)`,
  's',
)

/**
 * Marathon's label selectors: `key`, `key == v`, `key != v`, `key in (a, b)`, `key notin (a, b)`, joined by
 * commas that mean "and". An app without the key never matches. Throws a 422 on anything else.
 * Source: Marathon 1.11, `api/v2/LabelSelector.scala`.
 */
export function parseLabelSelector(text: string): Test {
  const tests: Test[] = []
  let rest = text
  while (rest.trim() !== '') {
    const match = SELECTOR.exec(rest)
    if (!match) throw refused(text, rest)
    rest = rest.slice(match[0].length)
    tests.push(testOf(match))
  }
  return (labels) => tests.every((test) => test(labels))
}

function testOf(match: RegExpExecArray): Test {
  const key = unescaped(match[1]!)
  const has = (labels: Record<string, string>) => Object.hasOwn(labels, key)
  if (match[2]) {
    const value = unescaped(match[3]!)
    const equal = match[2] === '=='
    return (labels) => has(labels) && (labels[key] === value) === equal
  }
  if (match[4]) {
    const values = [...match[5]!.matchAll(new RegExp(TERM, 'g'))].map(([term]) => unescaped(term))
    const within = match[4] === 'in'
    return (labels) => has(labels) && values.includes(labels[key]!) === within
  }
  return has
}

function unescaped(term: string): string {
  return term.replace(/\\(.)/g, '$1')
}

function refused(text: string, rest: string): ApiError {
  return new ApiError(422, {
    message: `Can not parse label selector ${text}. Reason: nothing readable at '${rest.trim()}'`,
  })
}
