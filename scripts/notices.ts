import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

/** The licences of all packages that the bundles contain, as their authors ask for. */
export function noticesText(root: string, metafiles: readonly Metafile[]): string {
  const folders = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs).map(packageFolder)))
  const notices = [...folders].filter((folder) => folder !== undefined).map((folder) => notice(root, folder))
  return `dcos-vip contains these packages.\n\n${notices.sort().join('\n')}`
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` → `node_modules/a/node_modules/@b/c`. */
function packageFolder(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]
}

function notice(root: string, folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  const title = `${name} ${version} (${license ?? 'see below'})`
  const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry))
  const path = file && join(root, folder, file)
  const text =
    path && existsSync(path) ? readFileSync(path, 'utf8').trim() : 'Its package has no licence file.'
  return `${title}\n${'-'.repeat(title.length)}\n${text}\n`
}
