import { closestName } from './closest-name.js'
import type { Finding } from './finding.js'
import type { SchemaError } from './generated/app.js'
import { childPath, pathOfPointer } from './marathon-path.js'

/**
 * Findings of the parser phase: each violation of the schema in Marathon's words and in ours.
 * Source: Marathon 1.11, type-generator; play-json 2.8 for the error strings.
 */
export function parserFindings(root: unknown, errors: readonly SchemaError[]): Finding[] {
  const findings = errors.flatMap((error) => findingsOf(error, pathOfPointer(root, error.instancePath)))
  const seen = new Set<string>()
  return findings.filter(({ path, serverError, message }) => {
    const key = `${path} ${serverError?.path} ${serverError?.error ?? message}`
    return !seen.has(key) && seen.add(key)
  })
}

function findingsOf(error: SchemaError, path: string): Finding[] {
  const { keyword, params, data, parentSchema } = error
  switch (keyword) {
    case 'if':
      return []
    case 'additionalProperties':
      return [unknownField(path, String(params.additionalProperty), parentSchema)]
    case 'required':
      return [missingField(path, String(params.missingProperty), data, parentSchema)]
    case 'type':
      return wrongType(path, data, parentSchema)
    default:
      return [outOfLimits(path, keyword, params, data, parentSchema)]
  }
}

function unknownField(path: string, name: string, schema: Record<string, unknown>): Finding {
  const meant = closestName(name, Object.keys((schema.properties as object) ?? {}))
  return {
    rule: 'unknown-field',
    severity: 'warning',
    path: childPath(path, name),
    message: `${quote(name)} is no field that Marathon knows here; the server ignores it`,
    ...(meant ? { fix: `did you mean "${meant}"?` } : {}),
  }
}

function missingField(path: string, name: string, data: unknown, schema: Record<string, unknown>): Finding {
  const server = schema['x-simple']
    ? 'error.path.missing'
    : `'${name}' is undefined on object: ${rawJson(data)}`
  return parserError('required-field', path, `${quote(name)} is missing`, `add "${name}"`, {
    path: childPath(path, name),
    error: server,
  })
}

const JS_TYPES: Record<string, string> = {
  string: 'jsstring',
  number: 'jsnumber',
  integer: 'jsnumber',
  boolean: 'jsboolean',
  object: 'jsobject',
  array: 'jsarray',
}

const NOUNS: Record<string, string> = {
  string: 'text in double quotes',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object in { }',
  array: 'a list in [ ]',
}

function wrongType(path: string, data: unknown, schema: Record<string, unknown>): Finding[] {
  const type = Array.isArray(schema.type) ? String(schema.type[0]) : String(schema.type)
  // The only union with text whose last alternative is an object.
  const reference = schema['x-simple'] === true && String(schema.required) === 'secret'
  const noun = reference ? 'text in double quotes or {"secret": …}' : NOUNS[type]
  const message = `expected ${noun}, found ${describe(data)}`
  if (schema['x-lenient'])
    return [
      {
        rule: 'ignored-value',
        severity: 'warning',
        path,
        message: `${message}; the server ignores it and takes the defaults`,
      },
    ]
  const required = (schema.required as string[] | undefined) ?? []
  if (type === 'object' && required.length > 0 && !schema['x-simple'])
    return required.map((name) =>
      parserError('type', path, message, undefined, {
        path: childPath(path, name),
        error: `${rawJson(data)} is not an object`,
      }),
    )
  if (schema['x-enum']) return [unknownLiteral(path, data, schema['x-enum'] as string[])]
  const scalar = typeof data === 'number' || typeof data === 'boolean'
  const fix = (type === 'string' || reference) && scalar ? `write ${JSON.stringify(String(data))}` : undefined
  return [parserError('type', path, message, fix, { path, error: typeError(type, data, schema) })]
}

function typeError(type: string, data: unknown, schema: Record<string, unknown>): string {
  if (schema['x-date']) return 'error.expected.date'
  if (type === 'integer' && typeof data === 'number') return integerError(schema)
  return `error.expected.${JS_TYPES[type]}`
}

function outOfLimits(
  path: string,
  keyword: string,
  params: Record<string, unknown>,
  data: unknown,
  schema: Record<string, unknown>,
): Finding {
  if (schema['x-enum']) return unknownLiteral(path, data, schema['x-enum'] as string[])
  if (schema['x-date'])
    return parserError(
      'format',
      path,
      `${quote(data)} is no timestamp`,
      'write it as 2026-01-05T10:00:00.000Z',
      {
        path,
        error: 'error.expected.date.isoformat',
      },
    )
  if (schema['x-int'] === 32 && Math.abs(Number(data)) > 2147483647)
    return parserError('limit', path, `${data} is too large a number`, undefined, {
      path,
      error: integerError(schema),
    })
  const { error, message } = limitText(keyword, params.limit, data)
  const fix =
    keyword === 'pattern' ? 'use lower case letters, digits and dashes, a dash at neither end' : undefined
  return parserError('limit', path, message, fix, { path, error })
}

function limitText(keyword: string, limit: unknown, data: unknown): { error: string; message: string } {
  switch (keyword) {
    case 'minimum':
      return { error: 'error.min', message: `${data} is below the minimum of ${limit}` }
    case 'maximum':
      return { error: 'error.max', message: `${data} is above the maximum of ${limit}` }
    case 'minLength':
    case 'minItems':
      return { error: 'error.minLength', message: 'must not be empty' }
    case 'maxLength':
    case 'maxItems':
      return { error: 'error.maxLength', message: `is longer than ${limit}` }
    default:
      return {
        error: 'error.pattern',
        message: `${quote(data)} has characters or a form that are not allowed here`,
      }
  }
}

function unknownLiteral(path: string, data: unknown, values: string[]): Finding {
  const meant = typeof data === 'string' ? closestName(data, values) : undefined
  const order = data === 'tcp,udp' ? 'udp,tcp' : meant
  const fix = order ? `did you mean "${order}"?` : undefined
  return parserError('enum', path, `${quote(data)} is none of ${values.join(', ')}`, fix, {
    path,
    error: 'error.unknown.enum.literal',
  })
}

function integerError(schema: Record<string, unknown>): string {
  return schema['x-int'] === 64 ? 'error.expected.long' : 'error.expected.int'
}

function parserError(
  rule: string,
  path: string,
  message: string,
  fix: string | undefined,
  serverError: { path: string; error: string },
): Finding {
  return { rule, severity: 'error', path, message, ...(fix ? { fix } : {}), serverError }
}

function describe(data: unknown): string {
  if (data === null) return 'null'
  if (Array.isArray(data)) return 'a list'
  return typeof data === 'object' ? 'an object' : quote(data)
}

function quote(data: unknown): string {
  const text = rawJson(data)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** The value as the server prints it. Nesting too deep for the printer is cut off. */
function rawJson(data: unknown): string {
  try {
    return JSON.stringify(data) ?? String(data)
  } catch {
    return '…'
  }
}
