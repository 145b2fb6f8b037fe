import { isUtf8 } from 'node:buffer'
import { JsonPlaces, type Place } from './json-places.js'
import { scanJson } from './json-scan.js'

/** Something wrong with the text itself. */
export interface JsonProblem extends Place {
  rule: 'json-encoding' | 'json-syntax' | 'json-duplicate-key'
  severity: 'error' | 'warning'
  path: string
  message: string
  fix?: string
}

/** A JSON text that was read: its value, what is wrong with it, and where its fields stand. */
export interface JsonSource {
  /** Undefined when the text is no JSON. */
  value: unknown
  problems: JsonProblem[]
  /** Place of a field by its Marathon path: of its key, or of its value. */
  placeOf(path: string, of?: 'key' | 'value'): Place
}

const BOM = '\uFEFF'

/** Reads JSON with places. Bytes are checked to be UTF-8. Never throws. */
export function readJson(input: string | Uint8Array): JsonSource {
  const text = typeof input === 'string' ? input : new TextDecoder('utf-8', { ignoreBOM: true }).decode(input)
  const places = new JsonPlaces(text)
  const broken = (rule: JsonProblem['rule'], offset: number, message: string, fix?: string): JsonSource => ({
    value: undefined,
    problems: [
      { rule, severity: 'error', path: '/', message, ...(fix ? { fix } : {}), ...places.placeAt(offset) },
    ],
    placeOf: () => ({ line: 1, column: 1 }),
  })
  if (typeof input !== 'string' && !isUtf8(input))
    return broken(
      'json-encoding',
      Math.max(0, text.indexOf('\uFFFD')),
      'the file is not UTF-8',
      'save it as UTF-8',
    )
  if (text.startsWith(BOM))
    return broken(
      'json-encoding',
      0,
      'the file begins with a byte order mark',
      'save it as UTF-8 without one',
    )
  const { error, duplicates } = scanJson(text)
  if (error) return broken('json-syntax', error.offset, error.message, error.fix)
  return {
    value: JSON.parse(text),
    problems: duplicates.map(({ offset, key, path }) => ({
      rule: 'json-duplicate-key',
      severity: 'warning',
      path,
      message: `${JSON.stringify(key)} stands here twice; only the last one counts`,
      fix: 'remove one',
      ...places.placeAt(offset),
    })),
    placeOf: (path, of) => places.placeOf(path, of),
  }
}
