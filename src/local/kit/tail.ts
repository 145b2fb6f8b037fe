import { createReadStream, watch } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'

/** A file and where its text goes. */
export interface Tail {
  path: string
  out: Writable
}

/** Copies a file as it is now; one that is not there is empty. */
export async function copyFile(path: string, out: Writable): Promise<void> {
  const source = createReadStream(path)
  try {
    for await (const chunk of source) if (!out.write(chunk)) await drained(out)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** Copies files and whatever is appended to them until the signal is aborted. A file that shrinks starts anew. */
export async function followFiles(files: readonly Tail[], signal: AbortSignal): Promise<void> {
  await Promise.all(files.map((file) => follow(file, signal)))
}

async function follow({ path, out }: Tail, signal: AbortSignal): Promise<void> {
  let wake = () => {}
  const watcher = watch(dirname(path), () => wake())
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort)
  let at = 0
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      at = await copyFrom(path, at, out)
      if (signal.aborted) return
      await changed
      if (signal.aborted) return
    }
  } finally {
    watcher.close()
    signal.removeEventListener('abort', onAbort)
  }
}

/** Copies what stands behind `start`; the new end. */
async function copyFrom(path: string, start: number, out: Writable): Promise<number> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (file === null) return 0
  try {
    const { size } = await file.stat()
    let at = size < start ? 0 : start
    const buffer = Buffer.alloc(64 * 1024)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
      if (bytesRead === 0) return at
      at += bytesRead
      if (!out.write(Buffer.from(buffer.subarray(0, bytesRead)))) await drained(out)
    }
  } finally {
    await file.close()
  }
}

function drained(out: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    out.once('drain', resolve)
    out.once('error', reject)
    out.once('close', resolve)
  })
}
