import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, resolve } from 'node:path'

/** Where the system keeps its own tools, whatever PATH says. */
export const SYSTEM_PATH = '/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:/run/current-system/sw/bin'

/**
 * A program as execvp(3) finds it: its absolute path, or the errno it would fail with. Unlike there, a folder
 * of PATH that this user may not look into is passed over: what is missing is the program.
 */
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
    const state = stateOf(file)
    if (state === 'runs') return { file }
    if (state === 'refused' || (state === 'hidden' && name.includes('/'))) errno = 'EACCES'
  }
  return { errno }
}

/** `hidden` lies in a folder that this user may not look into, `refused` is there and no program for him. */
function stateOf(file: string): 'runs' | 'refused' | 'hidden' | 'missing' {
  try {
    if (!statSync(file).isFile()) return 'refused'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'hidden' : 'missing'
  }
  try {
    accessSync(file, constants.X_OK)
    return 'runs'
  } catch {
    return 'refused'
  }
}

/** A tool of the system, by absolute path; null when the machine lacks it. */
export function systemTool(name: string): string | null {
  const found = findProgram(name, SYSTEM_PATH)
  return 'file' in found ? found.file : null
}
