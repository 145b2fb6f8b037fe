import { statfsSync } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database, RootDatabase } from 'lmdb'
import { messageOf, UserError } from '../../../shared/errors.js'
import type { ClusterPart, PartHealth } from '../../kit/part.js'
import { type Collection, type Store, StoreWriteError } from '../../kit/store.js'

/** Version of what is written; a store of another version is refused, never guessed at. */
const FORMAT = 1
/** LMDB maps its lock file into memory: without room for it, the process would die instead of failing. */
const LEAST_ROOM = 1024 * 1024
/** First word of LMDB's meta page, behind the page header. LMDB itself crashes on files of another kind. */
const LMDB_MAGIC = { offset: 24, value: 0xbeefc0de }

/**
 * The cluster's state on disk: one LMDB environment, one sub-database a collection. Writes are
 * transactions on this thread: they are small, and a change is acknowledged only when it is kept.
 */
export class StorePart implements ClusterPart, Store {
  readonly name = 'store'
  private readonly file: string
  private root: RootDatabase | undefined
  private readonly databases = new Map<string, Database>()

  constructor(private readonly dir: string) {
    this.file = join(dir, 'store.mdb')
  }

  /** Rejects with `E_STORE_FORMAT` for what is no store of this version, `E_STORE_UNUSABLE` for a full or closed disk. */
  async start(): Promise<void> {
    try {
      await mkdir(this.dir, { recursive: true, mode: 0o700 })
      if (!(await isStoreOrNew(this.file)))
        throw unreadable(this.dir, `${this.file} is no store of a cluster`)
      if (roomIn(this.dir) < LEAST_ROOM) throw unusable(this.dir, 'the disk is full')
      // LMDB is native code; only the cluster's own process ever loads it.
      const lmdb = await import('lmdb')
      this.root = lmdb.open({ path: this.file, encoding: 'json', maxDbs: 32 })
      const meta = this.collection<number>('meta')
      const format = meta.get('format')
      if (format === undefined) meta.put('format', FORMAT)
      else if (format !== FORMAT) throw unreadable(this.dir, `it was written in format ${format}`)
    } catch (error) {
      await this.stop()
      throw error instanceof UserError ? error : unusable(this.dir, messageOf(error), error)
    }
  }

  async stop(): Promise<void> {
    const { root } = this
    this.root = undefined
    this.databases.clear()
    await root?.close()
  }

  health(): PartHealth {
    return { healthy: this.root !== undefined, detail: this.file }
  }

  collection<T>(name: string): Collection<T> {
    const db = this.database(name)
    return {
      get: (key) => db.get(key) as T | undefined,
      put: (key, value) => this.write(() => db.putSync(key, value)),
      remove: (key) => this.write(() => db.removeSync(key)),
      keysUnder: (prefix) => [...db.getKeys({ start: prefix, end: `${prefix}\uffff` })] as string[],
      entries: () => [...db.getRange()].map(({ key, value }) => [key as string, value as T]),
    }
  }

  together(work: () => void): void {
    this.write(() => this.opened().transactionSync(work))
  }

  private write(work: () => unknown): void {
    this.opened()
    try {
      work()
    } catch (error) {
      // LMDB calls a full disk an input/output error.
      const full = roomIn(this.dir) < LEAST_ROOM
      throw new StoreWriteError(full ? 'the disk is full' : messageOf(error), { cause: error })
    }
  }

  private database(name: string): Database {
    const known = this.databases.get(name)
    if (known) return known
    const db = this.opened().openDB({ name, encoding: 'json' })
    this.databases.set(name, db)
    return db
  }

  private opened(): RootDatabase {
    if (!this.root) throw new Error('the store is used before it was started or after it was stopped')
    return this.root
  }
}

/** Bytes that this user may still write to the disk of a folder. */
function roomIn(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}

async function isStoreOrNew(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (file === null) return true
  try {
    const head = Buffer.alloc(LMDB_MAGIC.offset + 4)
    const { bytesRead } = await file.read(head)
    return bytesRead === 0 || head.readUInt32LE(LMDB_MAGIC.offset) === LMDB_MAGIC.value
  } finally {
    await file.close()
  }
}

function unreadable(dir: string, why: string): UserError {
  return new UserError('E_STORE_FORMAT', `The cluster's state in ${dir} cannot be read: ${why}.`, {
    next: [
      'Use the version of this program that wrote it.',
      'Or start anew with `dcos local down --delete`, which forgets its apps.',
    ],
  })
}

function unusable(dir: string, why: string, cause?: unknown): UserError {
  return new UserError('E_STORE_UNUSABLE', `The cluster cannot keep its state in ${dir}: ${why}.`, {
    next: ['Free some space there, make the folder writable, or set DCOS_DIR to another one.'],
    cause,
  })
}
