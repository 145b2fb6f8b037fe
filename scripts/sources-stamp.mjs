import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everything that what the build writes depends on. */
const SOURCES = ['src', 'scripts', 'schemas', 'package.json', 'package-lock.json']
/** Written by the build itself. */
const GENERATED = join('src', 'definitions', 'generated')

/**
 * A fingerprint of the sources: the same text as in dist/.build-stamp means that dist is up to date.
 * @param {string} root the project's folder
 * @returns {string}
 */
export function sourcesStamp(root) {
  const hash = createHash('sha256')
  for (const file of SOURCES.flatMap((path) => listFiles(root, path))) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * @param {string} root
 * @param {string} path a file or folder
 * @returns {string[]} its files, in order
 */
function listFiles(root, path) {
  if (path.includes('.')) return [path]
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length))
    .filter((file) => !file.startsWith(GENERATED))
    .sort()
}
