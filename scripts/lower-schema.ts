/** A JSON Schema, as far as the lowering looks into one. */
export type Schema = { [keyword: string]: unknown }

const INT32 = { minimum: -2147483648, maximum: 2147483647 }
const DATE_TIME = '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?(?:Z|[+-]\\d{2}(?::?\\d{2})?)$'
const ANNOTATIONS = ['title', 'description', 'default', 'examples', 'deprecated', 'deprecationMessage']

/**
 * The schema as Marathon's parser reads a definition, made from the schema that people read:
 * - `null` for an optional field is the field left out;
 * - a union gives the errors of its last alternative only, so it becomes if/then/else;
 * - keywords named in `x-later` and `uniqueItems` are not the parser's business;
 * - enums ignore upper and lower case, integers have 32 or 64 bits;
 * - fields that are not described become errors that are reported as warnings.
 * Every definition exists twice: `name` for checking, `name~fits` for asking whether a union's
 * alternative is meant, which unknown fields and scalars for objects do not prevent.
 */
export function lowerSchema(schema: Schema): Schema {
  const defs = schema.$defs as Record<string, Schema>
  const $defs: Record<string, Schema> = {}
  for (const [name, def] of Object.entries(defs)) {
    $defs[name] = lower(def, 'check')
    $defs[`${name}~fits`] = lower(def, 'fits')
  }
  return { ...lower({ ...schema, $defs: undefined, $id: undefined, $schema: undefined }, 'check'), $defs }
}

type Purpose = 'check' | 'fits'

function lower(schema: Schema, purpose: Purpose): Schema {
  if (schema.readOnly) return {}
  if (typeof schema.$ref === 'string')
    return { $ref: purpose === 'check' ? schema.$ref : `${schema.$ref}~fits` }
  const later = new Set([
    ...ANNOTATIONS,
    'uniqueItems',
    'x-later',
    ...((schema['x-later'] as string[]) ?? []),
  ])
  const out = Object.fromEntries(
    Object.entries(schema).filter(([key, v]) => v !== undefined && !later.has(key)),
  )

  const alternatives = schema.anyOf as Schema[] | undefined
  if (alternatives?.[0]?.enum && alternatives[1]?.pattern)
    return { type: 'string', pattern: alternatives[1].pattern, 'x-enum': alternatives[0].enum }
  if (alternatives) return lowerUnion(alternatives, purpose)
  if (out.format === 'date-time') return { type: 'string', pattern: DATE_TIME, 'x-date': true }
  if (out.format === 'int32') return { ...INT32, ...out, format: undefined, 'x-int': 32 }
  if (out.format === 'int64') return { ...out, format: undefined, 'x-int': 64 }
  if (out['x-lenient'] && purpose === 'fits') delete out.type
  if (schema.items) out.items = lower(schema.items as Schema, purpose)
  if (schema.additionalProperties)
    out.additionalProperties = lower(schema.additionalProperties as Schema, purpose)
  // What it says besides the value's type is for editors only.
  delete out.patternProperties
  if (schema.properties) {
    const required = (schema.required as string[]) ?? []
    out.properties = Object.fromEntries(
      Object.entries(schema.properties as Record<string, Schema>).map(([name, property]) => {
        const lowered = lower(property, purpose)
        const open = required.includes(name) || property.readOnly
        return [name, open ? lowered : optional(lowered)]
      }),
    )
    if (purpose === 'check') out.additionalProperties = false
  }
  return out
}

/** Every keyword but `type` lets null pass anyway. */
function optional(schema: Schema): Schema {
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] }
  return schema.$ref || schema.if ? { if: { type: 'null' }, else: schema } : schema
}

function lowerUnion([first, ...rest]: Schema[], purpose: Purpose): Schema {
  const fits = lower(first!, 'fits')
  // Where nothing fits, the fields of the other alternatives are not unknown ones.
  const otherwise = rest.length === 0 ? fits : lowerUnion(rest, purpose)
  if (purpose === 'fits' && rest.length === 0) return fits
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  return { if: fits, then: lower(first!, purpose), else: otherwise }
}

const SHAPE_KEYWORDS = ['$ref', 'type', 'default', 'required', 'uniqueItems', 'x-lenient']

/** What reading a checked definition needs of the schema: fields in order, defaults, enum spellings. */
export function shapeOf(schema: Schema): Schema {
  const shape = Object.fromEntries(
    Object.entries(schema).filter(([key]) => SHAPE_KEYWORDS.includes(key)),
  ) as Schema
  const alternatives = schema.anyOf as Schema[] | undefined
  if (alternatives?.[0]?.enum && alternatives[1]?.pattern) shape.enum = alternatives[0].enum
  else if (alternatives) shape.anyOf = alternatives.map(shapeOf)
  if (schema.items) shape.items = shapeOf(schema.items as Schema)
  if (schema.additionalProperties) shape.additionalProperties = shapeOf(schema.additionalProperties as Schema)
  for (const key of ['properties', '$defs'])
    if (schema[key]) {
      const entries = Object.entries(schema[key] as Record<string, Schema>)
      shape[key] = Object.fromEntries(entries.filter(([, s]) => !s.readOnly).map(([n, s]) => [n, shapeOf(s)]))
    }
  return shape
}
