import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildManifest } from './build-manifest.js'
import { bundleCluster, bundleProgram } from './bundle.js'
import { noticesText } from './notices.js'
import { sourcesStamp } from './sources-stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const started = performance.now()

const stamp = sourcesStamp(root)
const validators = './build-validators.js'
if (existsSync(join(root, 'scripts/build-validators.ts'))) {
  const { buildValidators } = (await import(validators)) as { buildValidators(): Promise<void> }
  await buildValidators()
}
const manifest = await buildManifest(root)
const program = await bundleProgram(root, manifest)
const cluster = await bundleCluster(root)
if (!cluster) console.error('dist/cluster.cjs is left out: there is no src/local/main.ts.')

const bundles = cluster ? [program, cluster] : [program]
const metafiles = bundles.map(({ metafile }) => metafile)
mkdirSync(join(root, 'dist'), { recursive: true })
for (const { file, code } of bundles) writeWhole(file, code)
writeWhole('dist/THIRD-PARTY-NOTICES.txt', noticesText(root, metafiles))
writeWhole('dist/.build-stamp', `${stamp}\n`)
console.error(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.`)

/** A program that starts meanwhile reads the old file or the new one, never a part. */
function writeWhole(file: string, text: string): void {
  const draft = join(root, `${file}.${process.pid}`)
  writeFileSync(draft, text)
  renameSync(draft, join(root, file))
}
