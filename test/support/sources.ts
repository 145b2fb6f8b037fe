import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, sep } from 'node:path'

/** How a module takes another: when it is loaded, by a late `import()`, or for its types alone. */
export type ImportKind = 'static' | 'late' | 'type'

/** One import of a source file. */
export interface Import {
  kind: ImportKind
  /** A file from the project's root (`src/domain/vip.ts`), or the name of a package or built-in module. */
  target: string
  /** The names that a statement takes. */
  names: string[]
}

/** A source file, read but not run. */
export interface Source {
  /** From the project's root, with slashes. */
  file: string
  text: string
  imports: Import[]
}

/** Every TypeScript file below a folder of the project. */
export function readSources(root: string, folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).split(sep).join('/'))
    .sort()
    .map((file) => parseSource(file, readFileSync(join(root, file), 'utf8')))
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?([\w$*\s,{}]*?)\s*from\s*'([^']+)'|^import\s*'([^']+)'/gm
const LATE = /(?<!typeof\s)\bimport\(\s*'([^']+)'\s*\)/g
const TYPE_OF = /\btypeof\s+import\(\s*'([^']+)'\s*\)/g

/** Reads the import statements of a file that Biome has formatted. */
export function parseSource(file: string, text: string): Source {
  const code = withoutComments(text)
  const statements = [...code.matchAll(STATEMENT)].map(([, type, names = '', target, bare = '']) => ({
    kind: type || onlyTypes(names) ? ('type' as const) : ('static' as const),
    target: resolve(file, target ?? bare),
    names: names.match(/[\w$]+/g) ?? [],
  }))
  const calls = (pattern: RegExp, kind: ImportKind) =>
    [...code.matchAll(pattern)].map(([, target = '']) => ({ kind, target: resolve(file, target), names: [] }))
  return { file, text, imports: [...statements, ...calls(LATE, 'late'), ...calls(TYPE_OF, 'type')] }
}

/** The code without comments; strings stay. Good enough for code without `//` in regular expressions. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}

/** `{ type A, type B }` */
function onlyTypes(names: string): boolean {
  const inside = /^\{([\s\S]*)\}\s*$/.exec(names.trim())?.[1]
  const parts = inside?.split(',').map((part) => part.trim())
  return Boolean(parts?.filter(Boolean).every((part) => part.startsWith('type ')))
}

function resolve(file: string, target: string): string {
  if (!target.startsWith('.')) return target
  return normalize(join(dirname(file), target))
    .split(sep)
    .join('/')
    .replace(/\.js$/, '.ts')
}
