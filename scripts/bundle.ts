import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'
import { listCommandFiles } from './commands.js'
import { lightPackages } from './light-packages.js'

/** One file that runs without node_modules, and what went into it. Nothing is written yet. */
export interface Bundle {
  file: string
  code: string
  metafile: Metafile
}

/**
 * The command line as one CommonJS file: Node reads one file, and keeps its compiled code (see bin/run.js).
 * Every `await import()` becomes a function that runs its module when it is first called.
 * @param manifest text of oclif.manifest.json
 */
export async function bundleProgram(root: string, manifest: string): Promise<Bundle> {
  const file = 'dist/dcos.cjs'
  const plugins = [bundledProgramPlugin(root, manifest), lightPackages]
  const program = await bundle(root, 'src/cli/entry.ts', file, { plugins })
  return { ...program, code: wrapForLoader(program.code) }
}

/** The process of the embedded cluster as one CommonJS file; nothing where its source is not there. */
export async function bundleCluster(root: string): Promise<Bundle | undefined> {
  const entry = 'src/local/main.ts'
  if (!existsSync(join(root, entry))) return undefined
  return await bundle(root, entry, 'dist/cluster.cjs', {})
}

async function bundle(root: string, entry: string, file: string, options: BuildOptions): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // An import() of what stays outside becomes a require: compiled code that V8 has kept cannot import.
    supported: { 'dynamic-import': false },
    // Names stay as they are: stack traces of bug reports have to be readable.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // Pure ASCII: V8 keeps it at one byte a letter, and bin/run.js reads it without decoding.
    charset: 'ascii',
    logLevel: 'error',
    // A native module cannot be packed; it is the one package that is installed beside the program.
    external: ['lmdb'],
    define: { 'import.meta.url': '__bundle.url' },
    banner: { js: "const __bundle={get url(){return require('node:url').pathToFileURL(__filename).href}};" },
    ...options,
    metafile: true,
    write: false,
  })
  return { file, code: outputFiles[0]!.text, metafile }
}

/**
 * Gives the bundle the form that bin/run.js loads: a line with the hash of what follows, by which compiled
 * code is recognised, and a function around the module, which the loader thus needs not build of long texts.
 */
function wrapForLoader(code: string): string {
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${code}\n})\n`
  return `//${createHash('sha256').update(wrapped).digest('hex')}\n${wrapped}`
}

/** Puts package.json, the manifest and the table of commands in the place of src/cli/bundled-program.ts. */
function bundledProgramPlugin(root: string, manifest: string): Plugin {
  const { name, version, oclif } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const commands = listCommandFiles(root).map(
    ({ id, file }) => `${JSON.stringify(id)}: () => import(${JSON.stringify(`./${file}`)}),`,
  )
  // The manifest stays a text until it is needed: parsing JSON is quicker than running a literal of its size.
  const compact = JSON.stringify(JSON.stringify(JSON.parse(manifest)))
  const contents = `export const bundledProgram = {
    pjson: ${JSON.stringify({ name, version, oclif })},
    manifest: () => JSON.parse(${compact}),
    commands: {${commands.join('\n')}},
  }`
  return {
    name: 'bundled-program',
    setup({ onLoad }) {
      onLoad({ filter: /src\/cli\/bundled-program\.ts$/ }, () => ({
        contents,
        loader: 'js',
        resolveDir: root,
      }))
    },
  }
}
