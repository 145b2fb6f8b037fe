import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'

/** Where the system keeps its own tools, whatever PATH says. */
export const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/run/current-system/sw/bin'

/** A program as execvp(3) finds it: its absolute path, or the errno it would fail with. */
export function findProgram(
  name: string,
  path: string,
  cwd = '/',
): { file: string } | { errno: 'ENOENT' | 'EACCES' } {
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : path.split(delimiter).map((folder) => resolve(cwd, folder, name))
  let errno: 'ENOENT' | 'EACCES' = 'ENOENT'
  for (const file of candidates) {
    try {
      if (!statSync(file).isFile()) throw Object.assign(new Error(), { code: 'EACCES' })
      accessSync(file, constants.X_OK)
      return { file }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EACCES') errno = 'EACCES'
    }
  }
  return { errno }
}

/** A tool of the system, by absolute path; null when the machine lacks it. */
export function systemTool(name: string): string | null {
  const found = findProgram(name, SYSTEM_PATH)
  return 'file' in found ? found.file : null
}
