import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database, RootDatabase } from 'lmdb'
import { messageOf, UserError } from '../../../shared/errors.js'
import type { ClusterPart, PartHealth } from '../../kit/part.js'
import type { Collection, Store } from '../../kit/store.js'

/** Version of what is written; a store of a newer version is refused, never guessed at. */
const FORMAT = 1

/** The cluster's state on disk: one LMDB environment, one sub-database a collection. */
export class StorePart implements ClusterPart, Store {
  readonly name = 'store'
  private root: RootDatabase | undefined
  private readonly open = new Map<string, Database>()

  constructor(private readonly dir: string) {}

  async start(): Promise<void> {
    // LMDB is native code; only the cluster's own process ever loads it.
    const lmdb = await import('lmdb')
    try {
      await mkdir(this.dir, { recursive: true, mode: 0o700 })
      this.root = lmdb.open({ path: join(this.dir, 'store.mdb'), encoding: 'json', maxDbs: 32 })
      const meta = this.collection<number>('meta')
      const format = meta.get('format')
      if (format === undefined) await meta.put('format', FORMAT)
      else if (format !== FORMAT) throw unreadable(this.dir, `it was written in format ${format}`)
    } catch (error) {
      if (error instanceof UserError) throw error
      throw unusable(this.dir, error)
    }
  }

  async stop(): Promise<void> {
    const root = this.root
    this.root = undefined
    this.open.clear()
    await root?.close()
  }

  health(): PartHealth {
    return { healthy: this.root !== undefined, detail: join(this.dir, 'store.mdb') }
  }

  collection<T>(name: string): Collection<T> {
    const db = this.database(name)
    return {
      get: (key) => db.get(key) as T | undefined,
      put: async (key, value) => {
        await db.put(key, value)
      },
      remove: async (key) => {
        await db.remove(key)
      },
      keysUnder: (prefix) => [...db.getKeys({ start: prefix, end: `${prefix}\uffff` })] as string[],
      entries: () => [...db.getRange()].map(({ key, value }) => [key as string, value as T]),
    }
  }

  async together(work: () => void): Promise<void> {
    await this.rootDatabase().childTransaction(work)
  }

  private database(name: string): Database {
    const known = this.open.get(name)
    if (known) return known
    const db = this.rootDatabase().openDB({ name, encoding: 'json' })
    this.open.set(name, db)
    return db
  }

  private rootDatabase(): RootDatabase {
    if (!this.root) throw new Error('the store is used before it was started or after it was stopped')
    return this.root
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

function unusable(dir: string, error: unknown): UserError {
  const code = (error as NodeJS.ErrnoException).code
  const full = code === 'ENOSPC' || /No space left/i.test(messageOf(error))
  return new UserError(
    'E_STORE_UNUSABLE',
    `The cluster cannot keep its state in ${dir}: ${full ? 'the disk is full' : messageOf(error)}.`,
    {
      next: full
        ? ['Free some space there, or set DCOS_DIR to a folder on another disk.']
        : ['Make the folder writable, or set DCOS_DIR to one that is.'],
      cause: error,
    },
  )
}
