/** A named map of JSON values that outlives the process. Reads are synchronous, from memory-mapped pages. */
export interface Collection<T> {
  get(key: string): T | undefined
  /** Resolves when the write survives a `kill -9` of this process. */
  put(key: string, value: T): Promise<void>
  remove(key: string): Promise<void>
  /** Entries in key order. */
  entries(): [key: string, value: T][]
  /** Keys that begin with `prefix`, in order. */
  keysUnder(prefix: string): string[]
}

/** What parts that keep state are handed. */
export interface Store {
  collection<T>(name: string): Collection<T>
  /** All writes made by `work` become visible and durable together, or not at all. `work` is synchronous. */
  together(work: () => void): Promise<void>
}
