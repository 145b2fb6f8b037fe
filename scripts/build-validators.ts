import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import standalone from 'ajv/dist/standalone/index.js'
import { transform } from 'esbuild'
import { lowerSchema, type Schema, shapeOf } from './lower-schema.js'

const ROOT = new URL('../', import.meta.url)
const OUT = new URL('src/definitions/generated/', ROOT)

const TYPES = `/** One violation, as the generated code reports it. */
export interface SchemaError {
  instancePath: string
  keyword: string
  params: Record<string, unknown>
  data: unknown
  parentSchema: Record<string, unknown>
}
/** The part of a JSON Schema that reading a definition needs. */
export interface Shape {
  $ref?: string
  type?: string
  default?: unknown
  required?: string[]
  uniqueItems?: boolean
  'x-lenient'?: boolean
  enum?: string[]
  anyOf?: Shape[]
  items?: Shape
  additionalProperties?: Shape
  properties?: Record<string, Shape>
  $defs?: Record<string, Shape>
}
export declare const checkApp: ((value: unknown) => boolean) & { errors?: SchemaError[] | null }
export declare const appShape: Shape
`

/** Generates the validators of `src/definitions/generated` from `schemas/`. They run without a compiler. */
export async function buildValidators(): Promise<void> {
  const schema = JSON.parse(await readFile(new URL('schemas/app.schema.json', ROOT), 'utf8')) as Schema
  const lowered = { ...lowerSchema(schema), $id: 'app' }
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
    // Marathon counts UTF-16 units, as Java does; the option is deprecated, about which the logger would speak.
    unicode: false,
    logger: false,
    code: { source: true, esm: true },
    inlineRefs: false,
    schemas: [lowered],
  })
  const source = linearInErrors(standalone.default(ajv, { checkApp: 'app' }))
  const { code } = await transform(`${source}\nexport const appShape = ${JSON.stringify(shapeOf(schema))}`, {
    format: 'esm',
    minify: true,
    target: 'node20',
  })
  if (/\brequire\(|\bimport\b/.test(code)) throw new Error('the generated validator is not self-contained')
  await mkdir(OUT, { recursive: true })
  await replaceFile('app.js', code)
  await replaceFile('app.d.ts', TYPES)
}

/**
 * Ajv copies all errors found so far for each one in a list of referenced schemas, which takes minutes
 * where a hostile file has a hundred thousand. Here they are appended.
 */
function linearInErrors(source: string): string {
  const append =
    'const append = (errors, more) => { for (const error of more) errors.push(error); return errors }'
  const linear = source.replaceAll(/vErrors\.concat\((\w+\.errors)\)/g, 'append(vErrors, $1)')
  if (linear === source) throw new Error('ajv joins errors in another way now: look at linearInErrors')
  return `${append}\n${linear}`
}

/** Readers that run beside the build see the old file or the new one, never half of it. */
async function replaceFile(name: string, text: string): Promise<void> {
  const draft = new URL(`${name}.${process.pid}`, OUT)
  await writeFile(draft, text)
  await rename(draft, new URL(name, OUT))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildValidators()
