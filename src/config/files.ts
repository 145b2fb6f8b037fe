// Synchronous on purpose: loading node:fs/promises alone takes longer than reading these few small files.
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf, UserError } from '../shared/errors.js'

/** A parsed TOML table. */
export type TomlTable = { [key: string]: unknown }

/** The system's name of a failure, such as `ENOENT`. */
export function errnoOf(thrown: unknown): string | undefined {
  return (thrown as NodeJS.ErrnoException | null)?.code
}

/** A failure of the file system as the user can mend it. `doing` reads on from "cannot". */
export function fileError(thrown: unknown, doing: string): UserError {
  const reasons: Record<string, [string, string]> = {
    EACCES: ['permission denied', 'Give your user access to it, or point DCOS_DIR at another folder.'],
    EPERM: ['operation not permitted', 'Give your user access to it, or point DCOS_DIR at another folder.'],
    EROFS: ['the file system is read-only', 'Point DCOS_DIR at a folder that can be written.'],
    ENOSPC: ['the disk is full', 'Free some space and try again.'],
    ENOTDIR: [
      'a part of the path is a file, not a folder',
      'Move that file away, or point DCOS_DIR elsewhere.',
    ],
    EISDIR: ['it is a folder, not a file', 'Move that folder away.'],
    ELOOP: ['its symbolic links run in a circle', 'Mend or remove the link.'],
  }
  const [why, next] = reasons[errnoOf(thrown) ?? ''] ?? [
    messageOf(thrown),
    'Check the path and its permissions.',
  ]
  return new UserError('E_CONFIG_FILE', `Cannot ${doing}: ${why}.`, { next: [next], cause: thrown })
}

/** Reads a TOML file; an absent one is empty. A broken one is a `UserError` with file, line and column. */
export async function readToml(file: string): Promise<TomlTable> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return {}
    throw fileError(thrown, `read ${file}`)
  }
  if (text.trim() === '') return {}
  const { parse, TomlError } = await import('smol-toml')
  try {
    // Integers stay integers and floats floats on the way back: the file may hold keys of other programs.
    return parse(text, { integersAsBigInt: true }) as TomlTable
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown
    const what = thrown.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '')
    throw new UserError(
      'E_CONFIG_BROKEN',
      `${file}:${thrown.line}:${thrown.column} is not valid TOML: ${what}.`,
      {
        next: [
          `Mend line ${thrown.line} of ${file}; a value is written as: dcos_url = "https://my-cluster.example.com"`,
          'Or name the cluster in the environment instead: DCOS_URL and DCOS_ACS_TOKEN',
        ],
      },
    )
  }
}

/**
 * Writes a TOML file whole or not at all, readable by its owner only (it holds a token). A symbolic
 * link stays one: the file it leads to is replaced.
 */
export async function writeToml(file: string, table: TomlTable): Promise<void> {
  const { stringify } = await import('smol-toml')
  const target = existsSync(file) ? realpathSync(file) : file
  const draft = `${target}.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    const text = `\n${stringify(sorted(table) as TomlTable, { numbersAsFloat: true })}`
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true })
    renameSync(draft, target)
  } catch (thrown) {
    rmSync(draft, { force: true })
    throw fileError(thrown, `write ${file}`)
  }
}

/** Creates the folder of `file` and its parents, open to read as the genuine program makes them. */
export async function makeFolderOf(file: string): Promise<void> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  } catch (thrown) {
    throw fileError(thrown, `create ${dirname(file)}`)
  }
}

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value) || value instanceof Date)
    return value
  const table = value as TomlTable
  return Object.fromEntries(
    Object.keys(table)
      .sort()
      .map((key) => [key, sorted(table[key])]),
  )
}
