import { messageOf } from '../../shared/errors.js'

/** A named map of JSON values that outlives the process. */
export interface Collection<T> {
  get(key: string): T | undefined
  /** What it wrote survives a `kill -9` of this process. Throws a StoreWriteError when the disk refuses it. */
  put(key: string, value: T): void
  remove(key: string): void
  /** Entries in key order. */
  entries(): [key: string, value: T][]
  /** Keys that begin with `prefix`, in order. */
  keysUnder(prefix: string): string[]
}

/** What parts that keep state are handed. */
export interface Store {
  collection<T>(name: string): Collection<T>
  /** All writes made by `work` are kept together or, when it throws, not at all. */
  together(work: () => void): void
}

/** The disk refused a write (full, read-only …), and nothing of it was kept. */
export class StoreWriteError extends Error {}

/** For records that nobody waits for: a write that the disk refuses is logged, and the cluster goes on. */
export function unacknowledged<T>(collection: Collection<T>, log: (line: string) => void): Collection<T> {
  const attempt = (write: () => void) => {
    try {
      write()
    } catch (error) {
      log(`cannot keep a record: ${messageOf(error)}`)
    }
  }
  return {
    ...collection,
    put: (key, value) => attempt(() => collection.put(key, value)),
    remove: (key) => attempt(() => collection.remove(key)),
  }
}
