import { lstatSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { UsageError, UserError } from '../shared/errors.js'
import { errnoOf, fileError, makeFolderOf, readToml, type TomlTable, writeToml } from './files.js'
import { baseUrl, type Environment } from './keys.js'

/** One cluster on disk: `<dir>/clusters/<id>/dcos.toml`, with an empty file `attached` beside it when it is current. */
export interface StoredCluster {
  /** The cluster's `CLUSTER_ID`, verbatim the folder's name. */
  id: string
  name: string | null
  /** `core.dcos_url` without trailing slash, null when none is stored. */
  url: string | null
  attached: boolean
  /** Path of its `dcos.toml`. */
  file: string
  /** Value of a `section.key` as text; undefined when the file has none. */
  value(key: string): string | undefined
  /** Every leaf of the file as `section.key` and text, sorted. */
  entries(): [string, string][]
  /** Why the file cannot be used; the other fields are then empty. */
  problem: UserError | null
}

/** What `saveCluster` stores. Fields left out keep what the file has. */
export interface ClusterRecord {
  id: string
  name?: string
  url?: string
  /** Empty text for a cluster without login. Left out while `url` changes, the old token is dropped. */
  token?: string
  /** `core.timeout`, seconds. */
  timeoutSeconds?: number
  /** `core.ssl_verify`: `true`, `false` or the path of a CA bundle. */
  sslVerify?: string
}

/** The program's folder: `DCOS_DIR`, else `HOME/.dcos`. A relative one counts from `cwd`, which is the working directory when not given. */
export function dcosDir(env: Environment, cwd: string = ''): string {
  if (env.DCOS_DIR) return isAbsolute(env.DCOS_DIR) ? env.DCOS_DIR : resolve(cwd, env.DCOS_DIR)
  if (env.HOME) return join(env.HOME, '.dcos')
  throw new UserError('E_NO_HOME', 'Neither DCOS_DIR nor HOME is set, so there is no folder for clusters.', {
    next: ['Set DCOS_DIR to a folder: export DCOS_DIR=/path/to/.dcos'],
  })
}

/** Every cluster under `dir`, sorted by id. One whose file is broken is listed with its `problem`. */
export async function listClusters(dir: string): Promise<StoredCluster[]> {
  const folder = join(dir, 'clusters')
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return []
    throw fileError(thrown, `read ${folder}`)
  }
  const found = await Promise.all(names.sort().map((name) => readCluster(dir, name)))
  return found.filter((cluster) => cluster !== null)
}

/**
 * The clusters that `text` means: exact id, else exact name, and with `prefix` also the beginning of
 * an id (names never by prefix). Sources: dcos-cli `pkg/config/manager.go`.
 */
export function findClusters(clusters: StoredCluster[], text: string, prefix: boolean): StoredCluster[] {
  const exact = clusters.filter((cluster) => cluster.id === text)
  if (exact.length > 0) return exact
  return clusters.filter(
    (cluster) =>
      (cluster.name ?? (cluster.problem ? null : '')) === text ||
      (prefix && text !== '' && cluster.id.startsWith(text)),
  )
}

/** The one cluster that `text` means (see `findClusters`); `where` is what the user wrote it in. */
export function findCluster(
  clusters: StoredCluster[],
  text: string,
  prefix: boolean,
  where: string,
): StoredCluster {
  const found = findClusters(clusters, text, prefix)
  if (found.length === 1) return found[0]!
  if (found.length > 1) {
    throw new UsageError(
      `${where}: multiple matches found for ${JSON.stringify(text)}.`,
      [`Give one of these ids: ${found.map((cluster) => cluster.id).join(', ')}`],
      'E_CLUSTER_AMBIGUOUS',
    )
  }
  const known = clusters.filter((cluster) => cluster.problem === null)
  const next = known.length
    ? [`Clusters that are set up: ${known.map(describeCluster).join(', ')}`]
    : [
        'Start the embedded cluster: dcos local up',
        'Or name one you have: DCOS_URL=<url> DCOS_ACS_TOKEN=<token>',
      ]
  for (const broken of clusters.filter((cluster) => cluster.problem)) next.push(broken.problem!.message)
  throw new UserError('E_CLUSTER_UNKNOWN', `${where}: no match found for ${JSON.stringify(text)}.`, { next })
}

/** Name and id as people read them: `prod (6f0c1a52-…)`. */
export function describeCluster(cluster: { id: string; name: string | null }): string {
  return cluster.name && cluster.name !== cluster.id ? `${cluster.name} (${cluster.id})` : cluster.id
}

/** Creates or changes a cluster's `dcos.toml`; keys it does not know stay as they are. */
export async function saveCluster(dir: string, record: ClusterRecord): Promise<void> {
  await editCluster(dir, record.id, (table) => {
    const cluster = section(table, 'cluster')
    const core = section(table, 'core')
    if (record.name !== undefined) cluster.name = record.name
    if (record.url !== undefined) {
      const url = baseUrl(record.url, 'The cluster’s URL')
      // A token belongs to the URL it was got from.
      if (String(core.dcos_url ?? '').replace(/\/+$/, '') !== url) core.dcos_acs_token = ''
      core.dcos_url = url
    }
    if (record.token !== undefined) core.dcos_acs_token = record.token
    if (record.sslVerify !== undefined) core.ssl_verify = record.sslVerify
    if (record.timeoutSeconds !== undefined) core.timeout = BigInt(record.timeoutSeconds)
  })
}

/** Reads a cluster's table, lets `change` edit it in place, and writes it. A broken file is left alone and reported. */
export async function editCluster(
  dir: string,
  id: string,
  change: (table: TomlTable) => void,
): Promise<void> {
  const file = join(clusterFolder(dir, id), 'dcos.toml')
  await makeFolderOf(file)
  const table = await readToml(file)
  change(table)
  await writeToml(file, table)
}

/** Makes a cluster the current one: the mark of the previous one is moved into its folder. */
export async function attachCluster(dir: string, id: string): Promise<void> {
  const mark = join(clusterFolder(dir, id), 'attached')
  const clusters = await listClusters(dir)
  if (!clusters.some((cluster) => cluster.id === id)) throw unknownId(id)
  const others = clusters.filter((cluster) => cluster.attached && cluster.id !== id)
  const marks = others.map((cluster) => join(clusterFolder(dir, cluster.id), 'attached'))
  try {
    const first = marks.shift()
    if (first) renameSync(first, mark)
    else writeFileSync(mark, '', { mode: 0o644 })
    for (const extra of marks) rmSync(extra, { force: true })
  } catch (thrown) {
    throw fileError(thrown, `attach cluster ${id}`)
  }
}

/** Removes a cluster's folder with everything in it; what a symbolic link leads to stays. */
export async function removeCluster(dir: string, id: string): Promise<void> {
  const folder = clusterFolder(dir, id)
  try {
    lstatSync(folder)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') throw unknownId(id)
    throw fileError(thrown, `remove ${folder}`)
  }
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (thrown) {
    throw fileError(thrown, `remove ${folder}`)
  }
}

/** A cluster's folder. The id comes from the cluster itself, so it must not lead out of `clusters`. */
function clusterFolder(dir: string, id: string): string {
  if (id === '' || id === '.' || id === '..' || /[/\\\0]/.test(id)) {
    throw new UserError(
      'E_CLUSTER_ID',
      `${JSON.stringify(id)} cannot be a cluster’s id: it is no plain folder name.`,
      {
        next: ['Check what <url>/metadata answers as CLUSTER_ID.'],
      },
    )
  }
  return join(dir, 'clusters', id)
}

async function readCluster(dir: string, id: string): Promise<StoredCluster | null> {
  const folder = join(dir, 'clusters', id)
  const file = join(folder, 'dcos.toml')
  let table: TomlTable = {}
  let attached = false
  let problem: UserError | null = null
  try {
    if (!statSync(folder).isDirectory()) return null
    attached = await isThere(join(folder, 'attached'))
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return null
    problem = fileError(thrown, `read ${folder}`)
  }
  let url: string | null = null
  if (!problem) {
    try {
      table = await readToml(file)
      const text = leaf(table, 'core.dcos_url')
      if (text) url = baseUrl(text, `core.dcos_url of ${file}`)
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown
      problem = thrown
    }
  }
  const name = leaf(table, 'cluster.name') ?? null
  const value = (key: string) => leaf(table, key)
  return { id, name, url, attached, file, value, entries: () => leaves(table, '').sort(byKey), problem }
}

async function isThere(path: string): Promise<boolean> {
  try {
    statSync(path)
    return true
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false
    throw thrown
  }
}

function section(table: TomlTable, name: string): TomlTable {
  const present = table[name]
  if (isTable(present)) return present
  const fresh: TomlTable = {}
  table[name] = fresh
  return fresh
}

function isTable(value: unknown): value is TomlTable {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
}

function leaf(table: TomlTable, key: string): string | undefined {
  let value: unknown = table
  for (const part of key.split('.'))
    value = isTable(value) && Object.hasOwn(value, part) ? value[part] : undefined
  return value === undefined || isTable(value) ? undefined : String(value)
}

function leaves(table: TomlTable, prefix: string): [string, string][] {
  return Object.entries(table).flatMap(([key, value]): [string, string][] =>
    isTable(value) ? leaves(value, `${prefix}${key}.`) : [[prefix + key, String(value)]],
  )
}

const byKey = (a: [string, string], b: [string, string]) => (a[0] < b[0] ? -1 : 1)

function unknownId(id: string): UserError {
  return new UserError('E_CLUSTER_UNKNOWN', `No cluster has the id ${JSON.stringify(id)}.`, {
    next: ['The clusters are the folders in clusters/ of DCOS_DIR (~/.dcos).'],
  })
}
