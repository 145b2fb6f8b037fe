import { readFileSync } from 'node:fs'
import type { Plugin } from 'esbuild'

/**
 * Lets the packages in the bundle start quickly: a run of a few dozen milliseconds cannot afford what it does
 * not use. Only loading changes, and only in the bundle; what is left out says so when it is asked for.
 */
export const lightPackages: Plugin = {
  name: 'light-packages',
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /node_modules\/@oclif\/core\/lib\/.*\.js$/ }, ({ path }) => ({
      contents: edit(path, requireWhenUsed(readFileSync(path, 'utf8'))),
      loader: 'js',
    }))
    onLoad({ filter: /node_modules\/@sindresorhus\/is\/distribution\/index\.js$/ }, ({ path }) => ({
      contents: edit(path, readFileSync(path, 'utf8')),
      loader: 'js',
    }))
    onResolve({ filter: /^[@a-z]/ }, ({ path, importer }) => {
      const user = /node_modules\/((?:@[^/]+\/)?[^/]+)\/[^/].*$/.exec(importer)?.[1] ?? ''
      return REPLACED[user]?.[path] === undefined
        ? undefined
        : { path: `${user}:${path}`, namespace: 'light' }
    })
    onLoad({ filter: /./, namespace: 'light' }, ({ path }) => {
      const place = path.indexOf(':')
      return { contents: REPLACED[path.slice(0, place)]?.[path.slice(place + 1)], loader: 'js' }
    })
  },
}

/** Work that a file does while it is loaded, and what stands there in the bundle. */
const EDITS: { file: string; from: RegExp; to: string }[] = [
  // Reads package.json and parses version ranges, to warn of a Node.js that npm has already refused.
  { file: '@oclif/core/lib/index.js', from: /^checkNodeVersion\(\);$/m, to: '' },
  // The first use of Intl opens ICU's data: twelve milliseconds for the words of messages that nobody sees.
  {
    file: '@sindresorhus/is/distribution/index.js',
    from: /new Intl\.ListFormat\(('en', \{[^}]*\})\)/g,
    to: '{ format: (values) => new Intl.ListFormat($1).format(values) }',
  },
]

function edit(path: string, code: string): string {
  for (const { file, from, to } of EDITS.filter(({ file }) => path.endsWith(file))) {
    if (code.search(from) < 0) throw new Error(`${file} has changed: nothing there looks like ${from}.`)
    code = code.replace(from, to)
  }
  return code
}

const leftOut = (feature: string) =>
  `class LeftOut { constructor() { throw new Error(${JSON.stringify(`${feature} is not part of the bundle.`)}) } }`

/** A built-in module that is loaded when one of its properties is first read. */
const whenRead = (name: string) =>
  `const load = () => require(${JSON.stringify(name)})
  export default new Proxy({}, { get: (_, property) => load()[property] })`

/** What a package (first key) gets when it imports another or a built-in module (second key). */
const REPLACED: Record<string, Record<string, string>> = {
  '@oclif/core': {
    // Logs of oclif's own doings, which nobody reads here, and the terminal modules with them.
    debug: 'module.exports = () => Object.assign(() => {}, { enabled: false, extend: () => () => {} })',
    'cli-spinners': 'module.exports = { dots: { interval: 80, frames: ["."] } }',
    // Finds settings, commands, packages and versions on disk; the bundle carries a table of its commands.
    lilconfig: 'module.exports = {}',
    minimatch: 'module.exports = {}',
    semver: 'module.exports = {}',
    tinyglobby: 'module.exports = {}',
    // Tells Windows' Linux from others, by reading system files; the program treats both alike.
    'wsl-utils': 'export const isWsl = false',
  },
  '@inquirer/prompts': {
    // A text editor for long answers, with the character tables of half a megabyte that it needs.
    '@inquirer/editor': 'export default () => { throw new Error("The editor is not part of the bundle.") }',
  },
  got: {
    'cacheable-lookup': `${leftOut('A DNS cache')} export default LeftOut`,
    'cacheable-request': `${leftOut('A response cache')}
      export default LeftOut
      export class CacheError extends Error {}`,
    'http2-wrapper': 'export default {}',
    // TLS and its cryptography are loaded by the first https request.
    'node:https': whenRead('node:https'),
    'node:tls': `${whenRead('node:tls')}
      export const checkServerIdentity = (...values) => load().checkServerIdentity(...values)`,
    // got numbers its requests for listeners of diagnostics.
    'node:crypto': 'let count = 0; export const randomUUID = () => String(++count)',
  },
}

/**
 * Rewrites the requires that TypeScript wrote (`const x_1 = require("x")`) so that they happen at first use:
 * each of oclif's files loads all that it may ever need, where a run needs a fifth of it.
 */
export function requireWhenUsed(code: string): string {
  const required = /^(?:const|var) (\w+_\d+) = ((?:__import(?:Default|Star)\()?require\("[^"]+"\)\)?);$/gm
  const names: string[] = []
  const declared = code.replace(required, (_line, name: string, value: string) => {
    names.push(name)
    return `let ${name}$value; const ${name}$load = () => ${name}$value ??= ${value};`
  })
  return names.reduce(
    (text, name) => text.replace(new RegExp(`(?<![\\w$.])${name}(?![\\w$])`, 'g'), `(${name}$load())`),
    declared,
  )
}
