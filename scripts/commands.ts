import { readdirSync } from 'node:fs'
import { join, sep } from 'node:path'

/** A command's id as oclif spells it (`vip:list`) and its source file, from the project's root. */
export interface CommandFile {
  id: string
  file: string
}

/** Every command under `src/commands`, in the order of their ids. */
export function listCommandFiles(root: string): CommandFile[] {
  const folder = join('src', 'commands')
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ id: commandId(name), file: join(folder, name).split(sep).join('/') }))
    .sort((one, other) => (one.id < other.id ? -1 : 1))
}

/** `vip/list.ts` → `vip:list`; `task/index.ts` → `task`. */
function commandId(name: string): string {
  const words = name.slice(0, -'.ts'.length).split(sep)
  if (words.at(-1) === 'index') words.pop()
  return words.join(':')
}
