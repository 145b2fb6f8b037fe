import { constants, type Dirent, openSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { DefinitionInput } from '../operations/validate-files.js'
import { messageOf, UserError } from '../shared/errors.js'
import type { Environment } from './environment.js'
import { INPUT_LIMIT, readInput, readLimited } from './standard-input.js'

/** The bytes of a definition; `-` is stdin. Refuses folders, devices and files that are no definition by their size. */
export async function readDefinition(file: string, environment: Environment): Promise<Buffer> {
  if (file === '-') return readInput(environment)
  const path = resolve(environment.cwd, file)
  try {
    const content = await readPath(file, path, statSync(path))
    if (content === null) throw tooLarge(file, `more than ${megabytes(INPUT_LIMIT)}`)
    return content
  } catch (error) {
    if (error instanceof UserError) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw unreadable(file, 'there is no such file', 'Check the path.')
    if (code === 'ENOTDIR') throw unreadable(file, 'a part of the path is no folder', 'Check the path.')
    if (code === 'EACCES') throw unreadable(file, 'you may not read it', 'Check its permissions.')
    if (code === 'ELOOP') throw unreadable(file, 'its links lead in a circle', 'Name the file itself.')
    throw unreadable(file, messageOf(error), 'Check the path.')
  }
}

/** Every definition that the words mean, folders walked in order; what cannot be read comes as its problem. */
export async function* readDefinitions(
  words: readonly string[],
  environment: Environment,
): AsyncGenerator<DefinitionInput> {
  for (const word of new Set(words)) {
    for await (const file of filesOf(word, environment)) {
      const name = file === '-' ? 'stdin' : file
      try {
        yield { file: name, text: await readDefinition(file, environment) }
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        yield { file: name, problem: error }
      }
    }
  }
}

/** Null when there is more than the limit. */
async function readPath(file: string, path: string, facts: Stats): Promise<Buffer | null> {
  if (facts.isDirectory()) throw unreadable(file, 'it is a folder', 'Name a file in it.')
  if (facts.isFIFO()) return readPipe(path)
  if (!facts.isFile()) throw unreadable(file, 'it is a device or a socket', 'Name a file, or `-` for stdin.')
  if (facts.size > INPUT_LIMIT) throw tooLarge(file, megabytes(facts.size))
  // Synchronous on purpose: loading node:fs/promises alone takes longer than reading such a file.
  return readFileSync(path)
}

/** Such as the shell's `<(…)`. Opened without blocking, so that Ctrl-C ends the wait for somebody who writes. */
async function readPipe(path: string): Promise<Buffer | null> {
  const { Socket } = await import('node:net')
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return readLimited(new Socket({ fd, readable: true, writable: false }))
}

/** The word itself, or the .json files below it; hidden folders and installed packages are passed over. */
async function* filesOf(word: string, environment: Environment): AsyncGenerator<string> {
  const facts = word === '-' ? null : factsOf(resolve(environment.cwd, word))
  if (facts?.isDirectory()) yield* below(word, environment.cwd)
  else yield word
}

async function* below(folder: string, cwd: string): AsyncGenerator<string> {
  const entries = entriesOf(resolve(cwd, folder))
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      yield* below(path, cwd)
    else if (entry.isFile() && entry.name.endsWith('.json')) yield path
  }
}

function tooLarge(file: string, size: string): UserError {
  const why = `it holds ${size}, and no definition is that large`
  return unreadable(file, why, 'Check that it is the right file.')
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`
}

function unreadable(file: string, why: string, next: string): UserError {
  return new UserError('E_FILE', `${file} cannot be read: ${why}.`, { next: [next] })
}

function factsOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}

/** A folder that cannot be read holds nothing that could be checked. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}
