import type { AppDefinition } from './app.js'
import { appShape, type Shape } from './generated/app.js'

/**
 * A definition that passed the schema as the server holds it: unknown fields and nulls gone, enums in
 * canonical spelling, scalars in the place of lenient objects `{}`, duplicates of set-like lists
 * dropped, fields in Marathon's order. With `defaults`, absent fields get theirs.
 */
export function readApp(value: unknown, options: { defaults?: boolean } = {}): AppDefinition {
  return read(appShape, value, options.defaults ?? false) as AppDefinition
}

/** The app's fields in Marathon's order. */
export const APP_FIELDS = Object.keys(appShape.properties!) as (keyof AppDefinition)[]

function read(shape: Shape, value: unknown, defaults: boolean): unknown {
  if (shape.$ref) return read(appShape.$defs![shape.$ref.slice('#/$defs/'.length)]!, value, defaults)
  if (shape.anyOf) return read(alternativeFor(shape.anyOf, value), value, defaults)
  if (shape.enum) return canonical(shape.enum, String(value))
  if (shape.properties) return readFields(shape, value, defaults)
  if (shape.items && Array.isArray(value)) {
    const items = value.map((item) => read(shape.items!, item, defaults))
    return shape.uniqueItems ? unique(items) : items
  }
  if (shape.additionalProperties && isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, v]) => [key, read(shape.additionalProperties!, v, defaults)]),
    )
  return shape['x-lenient'] && shape.type === 'boolean' ? value === true : value
}

function readFields(shape: Shape, value: unknown, defaults: boolean): Record<string, unknown> {
  const source = isObject(value) ? value : {}
  const entries: [string, unknown][] = []
  for (const [name, field] of Object.entries(shape.properties!)) {
    const given = Object.hasOwn(source, name) ? source[name] : undefined
    if (given !== null && given !== undefined) entries.push([name, read(field, given, defaults)])
    else if (defaults && field.default !== undefined) entries.push([name, structuredClone(field.default)])
  }
  return Object.fromEntries(entries)
}

/** The first alternative whose required fields are there and whose kind fits; else the last. */
function alternativeFor(alternatives: Shape[], value: unknown): Shape {
  const fitting = alternatives.map(resolve).find((shape) => {
    if (shape.type !== 'object') return typeof value === shape.type
    if (!isObject(value)) return shape['x-lenient'] === true
    const fields = Object.entries(shape.properties ?? {})
    return (
      (shape.required ?? []).every((name) => value[name] !== undefined && value[name] !== null) &&
      fields.every(([name, field]) => !isTextMap(resolve(field)) || holdsText(value[name]))
    )
  })
  return fitting ?? alternatives.at(-1)!
}

function resolve(shape: Shape): Shape {
  return shape.$ref ? appShape.$defs![shape.$ref.slice('#/$defs/'.length)]! : shape
}

function isTextMap(shape: Shape): boolean {
  return shape.additionalProperties?.type === 'string'
}

function holdsText(value: unknown): boolean {
  return !isObject(value) || Object.values(value).every((v) => typeof v === 'string')
}

function canonical(values: string[], text: string): string {
  return values.find((value) => value.toLowerCase() === text.toLowerCase()) ?? text
}

function unique(items: unknown[]): unknown[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const key = JSON.stringify(item)
    return !seen.has(key) && seen.add(key)
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
