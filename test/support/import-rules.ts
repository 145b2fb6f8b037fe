import type { Import, Source } from './sources.js'

/** What one room of the house may take from others; see docs/architecture.md. */
interface Rule {
  /** Rooms whose modules may be loaded with ours. */
  static: string[]
  /** Rooms and packages that only a late `import()` may load. */
  late?: string[]
  /** Rooms that we may know the types of. */
  types?: string[]
  /** Packages that may be loaded with us. */
  packages?: string[]
  /** Whether files, sockets, processes and time are none of our business. */
  pure?: boolean
}

/** What pure code may take from built-in modules: what only computes. */
const PURE_BUILT_INS: Record<string, RegExp> = {
  'node:buffer': /./,
  'node:crypto': /^createHash$/,
  'node:net': /^(isIP|isIPv4|isIPv6|BlockList|SocketAddress)$/,
  'node:path': /./,
  'node:url': /./,
  'node:util': /./,
}

/** The first room whose path a file begins with is the one it belongs to. */
export const ROOMS: Record<string, Rule> = {
  'src/commands': {
    static: ['src/cli', 'src/operations', 'src/shared'],
    late: ['src/views', 'src/domain', 'src/definitions'],
    types: ['src/domain', 'src/definitions', 'src/views'],
    packages: ['@oclif/core'],
  },
  'src/cli': {
    static: ['src/cli', 'src/config', 'src/domain', 'src/shared', 'src/views'],
    late: ['src/clients', 'src/definitions', 'src/local', 'src/operations'],
    types: ['src/clients', 'src/definitions', 'src/local', 'src/operations'],
    packages: ['@inquirer/core', '@inquirer/prompts', '@oclif/core', '@oclif/core/help'],
  },
  'src/views': {
    static: ['src/shared', 'src/views', 'src/domain'],
    types: ['src/operations', 'src/definitions'],
    packages: ['chalk', 'cli-table3'],
    pure: true,
  },
  'src/operations': { static: ['src/domain', 'src/definitions', 'src/shared', 'src/operations'], pure: true },
  'src/definitions': { static: ['src/domain', 'src/shared', 'src/definitions'], pure: true },
  'src/domain': { static: ['src/shared', 'src/domain'], pure: true },
  'src/clients': {
    static: ['src/shared', 'src/domain', 'src/clients'],
    late: ['got'],
    types: ['got', 'src/operations', 'src/definitions', 'src/config'],
  },
  'src/config': { static: ['src/shared', 'src/config'], packages: ['smol-toml'], late: ['smol-toml'] },
  'src/local/kit': { static: ['src/shared', 'src/domain', 'src/local/kit'] },
  'src/local/parts': {
    static: ['src/domain', 'src/definitions', 'src/local/kit', 'src/shared'],
    packages: ['fastify', 'dns-packet', 'lmdb'],
    types: ['src/local'],
  },
  'src/local': {
    static: ['src/domain', 'src/definitions', 'src/local', 'src/shared', 'src/config'],
    types: ['fastify'],
  },
  'src/shared': { static: ['src/shared'] },
}

/** Every import that breaks a rule, as a sentence. */
export function brokenRules(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, imports }) => {
    const room = roomOf(file)
    const rule = room && ROOMS[room]
    if (!rule) return [`${file} is in no room that docs/architecture.md knows.`]
    return imports
      .filter((each) => !isAllowed(file, rule, each))
      .map(({ kind, target }) => `${file} must not import ${target} (${kind}).`)
  })
}

function isAllowed(file: string, rule: Rule, { kind, target, names }: Import): boolean {
  if (target.startsWith('node:')) {
    const pure = names.every((name) => PURE_BUILT_INS[target]?.test(name))
    return kind === 'type' || !rule.pure || pure
  }
  const name = target.startsWith('src/') ? roomOf(target) : target
  if (name === 'src/local/parts' && roomOf(file) === 'src/local/parts') return part(file) === part(target)
  const { static: rooms, packages = [], late = [], types = [] } = rule
  const allowed = [...rooms, ...packages]
  if (kind !== 'static') allowed.push(...late)
  if (kind === 'type') allowed.push(...types)
  return allowed.some((each) => name === each || (name?.startsWith(`${each}/`) && each.startsWith('src/')))
}

function roomOf(file: string): string | undefined {
  return Object.keys(ROOMS).find((room) => file.startsWith(`${room}/`))
}

/** `src/local/parts/dns/zone.ts` → `dns`. */
function part(file: string): string | undefined {
  return file.split('/')[3]
}

/** Circles of modules that load each other, each as the files on the way round. */
export function importCycles(sources: readonly Source[]): string[][] {
  const graph = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.filter(({ kind }) => kind === 'static').map(({ target }) => target),
    ]),
  )
  const cycles: string[][] = []
  const done = new Set<string>()
  const walk = (file: string, way: string[]): void => {
    const start = way.indexOf(file)
    if (start >= 0) cycles.push([...way.slice(start), file])
    if (start >= 0 || done.has(file)) return
    for (const target of graph.get(file) ?? []) walk(target, [...way, file])
    done.add(file)
  }
  for (const file of graph.keys()) walk(file, [])
  return cycles
}

/** Everything that is loaded with a file: its static imports, theirs, and so on. */
export function loadedWith(file: string, sources: readonly Source[]): Set<string> {
  const byFile = new Map(sources.map((source) => [source.file, source]))
  const loaded = new Set<string>()
  const load = (each: string): void => {
    if (loaded.has(each)) return
    loaded.add(each)
    for (const { kind, target } of byFile.get(each)?.imports ?? []) if (kind === 'static') load(target)
  }
  load(file)
  return loaded
}
