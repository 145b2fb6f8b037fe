import { execFile } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, copyFile, mkdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import type { TaskLaunch } from './contract.js'
import { systemTool } from './find-program.js'

type Artifact = TaskLaunch['fetch'][number]

/** Why an artifact could not be fetched; the message is the task's last word. */
export class FetchError extends Error {}

/**
 * Copies a task's artifacts into its sandbox as the Mesos fetcher does: executable ones get their bit,
 * others are unpacked beside the archive when their name says that they are one. Rejects with `FetchError`.
 */
export async function fetchArtifacts(
  artifacts: Artifact[],
  sandbox: string,
  signal: AbortSignal,
): Promise<void> {
  for (const artifact of artifacts) {
    try {
      await fetchArtifact(artifact, sandbox, signal)
    } catch (error) {
      if (signal.aborted) throw error
      throw new FetchError(`Failed to fetch '${artifact.uri}': ${(error as Error).message}`)
    }
  }
}

async function fetchArtifact(artifact: Artifact, sandbox: string, signal: AbortSignal): Promise<void> {
  const source = localPath(artifact.uri)
  if (!(await stat(source)).isFile()) throw new Error('it is not a file')
  const target = await targetPath(artifact.destPath ?? basename(source), sandbox)
  await inPlaceOf(target, async (draft) => {
    await copyFile(source, draft)
    if (artifact.executable) await chmod(draft, 0o755)
  })
  if (artifact.extract && !artifact.executable) await extract(target, sandbox, signal)
}

/** Writes beside `target` and renames: a link of that name, which an archive may have brought, is replaced and not followed. */
async function inPlaceOf(target: string, write: (draft: string) => Promise<void>): Promise<void> {
  const draft = `${target}.fetch`
  await rm(draft, { force: true })
  await write(draft)
  await rename(draft, target)
}

function localPath(uri: string): string {
  if (isAbsolute(uri)) return uri
  if (/^file:/i.test(uri)) return fileURLToPath(uri)
  throw new Error('the embedded cluster fetches local files only, by a file: URI or an absolute path')
}

/** A path inside the sandbox, its folders made; links that lead out of it do not count as inside. */
async function targetPath(destPath: string, sandbox: string): Promise<string> {
  const target = resolve(sandbox, destPath)
  const outside = new Error(`the destination '${destPath}' is not inside the sandbox`)
  if (isAbsolute(destPath) || !target.startsWith(sandbox + sep)) throw outside
  await mkdir(dirname(target), { recursive: true })
  const folder = await realpath(dirname(target))
  const home = await realpath(sandbox)
  if (folder !== home && !folder.startsWith(home + sep)) throw outside
  return join(folder, basename(target))
}

const TAR = /\.(tar|tar\.gz|tgz|tar\.bz2|tbz2|tar\.xz|txz)$/

async function extract(archive: string, sandbox: string, signal: AbortSignal): Promise<void> {
  if (TAR.test(archive)) await run('tar', ['-C', sandbox, '-xf', archive], signal)
  else if (archive.endsWith('.zip')) await run('unzip', ['-o', '-q', '-d', sandbox, archive], signal)
  else if (archive.endsWith('.gz')) {
    await inPlaceOf(archive.slice(0, -'.gz'.length), (draft) =>
      pipeline(createReadStream(archive), createGunzip(), createWriteStream(draft, { flags: 'wx' }), {
        signal,
      }),
    )
  }
}

function run(tool: string, args: string[], signal: AbortSignal): Promise<void> {
  const file = systemTool(tool)
  if (!file) throw new Error(`this machine has no ${tool} to unpack it`)
  return new Promise((done, reject) => {
    execFile(file, args, { signal, killSignal: 'SIGKILL' }, (error, _stdout, stderr) => {
      if (!error) return done()
      reject(signal.aborted ? error : new Error(stderr.trim().split('\n')[0] || error.message))
    })
  })
}
