import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core'

const FILE = 'oclif.manifest.json'

/** The text of the manifest: what help and dispatch know of each command, read from the commands' classes. */
export async function manifestText(root: string): Promise<string> {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  const commands = plugin.commands.map(
    ({ load: _load, ...command }) => [command.id, sortKeys(command)] as const,
  )
  const manifest = { commands: sortKeys(Object.fromEntries(commands)), version: plugin.version }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Whether the manifest on disk says what the commands say. */
export async function isManifestFresh(root: string): Promise<boolean> {
  return readText(join(root, FILE)) === (await manifestText(root))
}

/** Writes the manifest, if it has changed. */
export async function buildManifest(root: string): Promise<string> {
  const text = await manifestText(root)
  if (readText(join(root, FILE)) !== text) writeFileSync(join(root, FILE), text)
  return text
}

/** Keys in order, so that a rebuild changes nothing by itself. Arguments keep theirs: it is the order of use. */
function sortKeys<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) as T
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  if (!process.argv.includes('--check')) await buildManifest(root)
  else if (!(await isManifestFresh(root))) {
    console.error(
      `${FILE} is older than the commands. Refresh it with: node --import tsx scripts/build-manifest.ts`,
    )
    process.exitCode = 1
  }
}
