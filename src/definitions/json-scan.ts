/** A place in JSON text where it stops being JSON. */
export interface JsonError {
  offset: number
  message: string
  fix?: string
}

/** A key that stands in one object more than once; the last one counts. */
export interface DuplicateKey {
  offset: number
  key: string
  /** Marathon path of the field. */
  path: string
}

/** Deeper nesting is refused: no definition needs it, and recursive readers would break on it. */
export const MAX_DEPTH = 500

interface Frame {
  array: boolean
  /** Current key, or index in an array. */
  key: string
  index: number
  keys: Set<string> | null
}

type Expect = 'value' | 'item' | 'first key' | 'key' | 'colon' | 'comma' | 'end'

/**
 * Walks JSON text (RFC 8259) without recursion and tells the first error, if any, in words that help,
 * and the duplicate keys up to there. Accepts exactly what `JSON.parse` accepts, down to `MAX_DEPTH`.
 */
export function scanJson(text: string): { error: JsonError | null; duplicates: DuplicateKey[] } {
  const stack: Frame[] = []
  const duplicates: DuplicateKey[] = []
  let expect: Expect = 'value'
  let i = 0
  const fail = (offset: number, message: string, fix?: string) => ({
    error: { offset, message, ...(fix ? { fix } : {}) },
    duplicates,
  })
  const afterValue = (): Expect => (stack.length === 0 ? 'end' : 'comma')

  for (;;) {
    i = skipSpace(text, i)
    const c = text[i]
    const frame = stack.at(-1)
    if (c === undefined) {
      if (expect === 'end') return { error: null, duplicates }
      return fail(text.length, endMessage(stack, expect), endFix(stack))
    }
    if (expect === 'end')
      return fail(i, `unexpected ${shown(c)} after the end of the definition`, extraFix(c))
    if (expect === 'comma') {
      const close = frame!.array ? ']' : '}'
      if (c === close) stack.pop()
      else if (c !== ',') return fail(i, `expected a comma or ${close}, found ${shown(c)}`, commaFix(text, i))
      expect = c === close ? afterValue() : frame!.array ? 'value' : 'key'
      if (c === ',') frame!.index++
      i++
      continue
    }
    if (expect === 'colon') {
      if (c !== ':') return fail(i, `expected a colon after the key, found ${shown(c)}`)
      expect = 'value'
      i++
      continue
    }
    if (expect === 'key' || expect === 'first key') {
      if (c === '}' && expect === 'first key') {
        stack.pop()
        expect = afterValue()
        i++
        continue
      }
      if (c !== '"') return fail(i, ...keyProblem(c, text, i))
      const end = endOfString(text, i)
      if (typeof end !== 'number') return fail(end.offset, end.message, end.fix)
      const key = JSON.parse(text.slice(i, end)) as string
      frame!.keys ??= new Set()
      frame!.key = key
      if (frame!.keys.has(key)) duplicates.push({ offset: i, key, path: pathOf(stack) })
      frame!.keys.add(key)
      expect = 'colon'
      i = end
      continue
    }
    if (c === '{' || c === '[') {
      if (stack.length >= MAX_DEPTH) return fail(i, `nested deeper than ${MAX_DEPTH} levels`)
      stack.push({ array: c === '[', key: '', index: 0, keys: null })
      expect = c === '[' ? 'item' : 'first key'
      i++
      continue
    }
    if (c === ']' && expect === 'item') {
      stack.pop()
      expect = afterValue()
      i++
      continue
    }
    const end = c === '"' ? endOfString(text, i) : endOfLiteral(text, i)
    if (typeof end !== 'number') return fail(end.offset, end.message, end.fix)
    i = end
    expect = afterValue()
  }
}

/** First offset at or after `i` that is no white space. */
export function skipSpace(text: string, i: number): number {
  let at = i
  for (;;) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at
    at++
  }
}

function endOfString(text: string, start: number): number | JsonError {
  for (let i = start + 1; ; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x22) return i + 1
    if (Number.isNaN(code) || code === 0x0a || code === 0x0d)
      return {
        offset: start,
        message: 'this text has no closing quote on its line',
        fix: 'add a double quote, or write \\n for a line break',
      }
    if (code < 0x20)
      return {
        offset: i,
        message: 'a control character cannot stand in text',
        fix: code === 0x09 ? 'write \\t' : `write \\u${code.toString(16).padStart(4, '0')}`,
      }
    if (code === 0x5c) {
      const escaped = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(i + 1, i + 6))
      if (!escaped)
        return {
          offset: i,
          message: 'a backslash that begins no known escape',
          fix: 'write \\\\ for a backslash',
        }
      i += escaped[0].length
    }
  }
}

const LITERAL = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y

function endOfLiteral(text: string, start: number): number | JsonError {
  LITERAL.lastIndex = start
  if (LITERAL.test(text)) return LITERAL.lastIndex
  const c = text[start]!
  if (c === "'")
    return { offset: start, message: 'text stands in double quotes, not single ones', fix: 'use "' }
  if (c === '/' || c === '#')
    return { offset: start, message: 'JSON has no comments', fix: 'remove the comment' }
  if (c === ']' || c === '}')
    return { offset: start, message: `expected a value before ${c}`, fix: commaBefore(text, start) }
  if (c === ',' || c === ':') return { offset: start, message: `expected a value, found ${shown(c)}` }
  const word = /^[^\s,\]}:"]{1,40}/.exec(text.slice(start, start + 40))?.[0] ?? c
  if (/^[-+.\d]/.test(word))
    return {
      offset: start,
      message: `${word} is no number as JSON writes it`,
      fix: 'no leading zeros, plus signs or hexadecimal; or put it in double quotes',
    }
  const lower = word.toLowerCase()
  const known = { none: 'null', nil: 'null', undefined: 'null', true: 'true', false: 'false', null: 'null' }[
    lower
  ]
  return {
    offset: start,
    message: `${shown(word)} is no value`,
    fix: known ? `write ${known}` : `put it in double quotes: "${word}"`,
  }
}

function keyProblem(c: string, text: string, i: number): [message: string, fix?: string] {
  if (c === '}') return ['a comma before the closing }', 'remove the comma']
  if (c === "'") return ['keys stand in double quotes, not single ones', 'use "']
  if (c === '/' || c === '#') return ['JSON has no comments', 'remove the comment']
  const word = /^[\w$-]{1,40}/.exec(text.slice(i, i + 40))?.[0]
  return [`expected a key in double quotes, found ${shown(word ?? c)}`, word ? `write "${word}"` : undefined]
}

function commaBefore(text: string, i: number): string | undefined {
  return text
    .slice(Math.max(0, i - 200), i)
    .trimEnd()
    .endsWith(',')
    ? 'remove the comma'
    : undefined
}

function commaFix(text: string, i: number): string | undefined {
  const c = text[i]!
  if (c === '/' || c === '#') return 'JSON has no comments: remove it'
  return /["{[\d\w-]/.test(c) ? 'add a comma between the two' : undefined
}

function extraFix(c: string): string | undefined {
  if (c === '}' || c === ']') return 'remove it, or look for one that closes too early'
  return c === '{' ? 'one definition a file' : undefined
}

function endMessage(stack: Frame[], expect: Expect): string {
  if (stack.length === 0) return 'the file is empty'
  return expect === 'comma' ? 'the file ends before everything is closed' : 'the file ends in the middle'
}

function endFix(stack: Frame[]): string | undefined {
  const missing = stack
    .slice(-20)
    .reverse()
    .map(({ array }) => (array ? ']' : '}'))
    .join('')
  return missing === '' ? undefined : `still open: add ${missing}`
}

function shown(text: string): string {
  return JSON.stringify(text)
}

function pathOf(stack: Frame[]): string {
  return stack.map(({ array, key, index }) => (array ? `(${index})` : `/${key}`)).join('')
}
