import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, UserError } from '../shared/errors.js'

/** Where the embedded cluster keeps what it keeps, below `DCOS_DIR/local`. */
export function localPaths(dcosDir: string) {
  const dir = join(dcosDir, 'local')
  return {
    dir,
    /** Who the cluster is; stays as long as its state. */
    identity: join(dir, 'identity.json'),
    /** Where it runs now; there only while it does. */
    running: join(dir, 'running.json'),
    lock: join(dir, 'lock'),
    log: join(dir, 'cluster.log'),
    store: join(dir, 'store'),
    agent: join(dir, 'agent'),
    hosts: join(dir, 'hosts'),
  }
}

/** Folders and files of an embedded cluster. */
export type LocalPaths = ReturnType<typeof localPaths>

/** What makes a cluster the same cluster after a restart. */
export interface ClusterIdentity {
  clusterId: string
  /** Lets requests in; never printed. */
  token: string
}

/** What `running.json` says; no secret in it. */
export interface RunningCluster {
  clusterId: string
  pid: number
  /** Identity of the process, so that a reused pid is not taken for it. */
  pidIdentity: string | null
  url: string
  dns: string
  engine: string
  version: string
  startedAt: string
}

/** The identity of a state folder, null where there is none yet. */
export function readIdentity(paths: LocalPaths): ClusterIdentity | null {
  const known = readJson<ClusterIdentity>(paths.identity)
  return known?.clusterId && known.token ? known : null
}

/** The identity of the state folder, made up on first use. */
export function loadIdentity(paths: LocalPaths): ClusterIdentity {
  makeFolder(paths)
  const known = readIdentity(paths)
  if (known) return known
  const fresh = { clusterId: randomUUID(), token: randomBytes(32).toString('base64url') }
  try {
    writePrivate(paths.identity, fresh)
  } catch (error) {
    throw folderError(error, paths.dir)
  }
  return fresh
}

export function readRunning(paths: LocalPaths): RunningCluster | null {
  return readJson<RunningCluster>(paths.running)
}

export function writeRunning(paths: LocalPaths, running: RunningCluster): void {
  writePrivate(paths.running, running)
}

export function removeRunning(paths: LocalPaths): void {
  if (existsSync(paths.running)) rmSync(paths.running, { force: true })
}

/** The folder of the state, closed to other users. Throws a UserError when it cannot be had. */
export function makeFolder(paths: LocalPaths): void {
  try {
    mkdirSync(paths.dir, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw folderError(error, paths.dir)
  }
}

const FOLDER_ERRORS = [
  'ENOENT',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENOTDIR',
  'EEXIST',
  'EISDIR',
  'ELOOP',
]

/** The system's refusal of a file below `dir` as something the user can mend; any other error as it is. */
export function folderError(error: unknown, dir: string): unknown {
  const { code = '', path = '' } = error as NodeJS.ErrnoException
  const disk = code === 'ENOSPC' || code === 'EDQUOT'
  if (error instanceof UserError || !FOLDER_ERRORS.includes(code)) return error
  if (!disk && !path.startsWith(dir) && !dir.startsWith(path)) return error
  return new UserError(
    'E_DCOS_DIR_UNUSABLE',
    `The cluster cannot keep its state in ${dir}: ${disk ? 'the disk is full' : messageOf(error)}.`,
    {
      next: disk
        ? ['Free some space there, or set DCOS_DIR to a folder on another disk.']
        : ['Make the folder writable for you, or set DCOS_DIR to one that is.'],
      cause: error,
    },
  )
}

/** JSON readable by its owner only; the file is whole or the old one at any moment. */
function writePrivate(path: string, value: unknown): void {
  const fresh = `${path}.${process.pid}`
  writeFileSync(fresh, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
  renameSync(fresh, path)
}

function readJson<T>(path: string): T | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return null
  }
}
