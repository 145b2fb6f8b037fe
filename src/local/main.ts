import { systemClock } from '../shared/clock.js'
import { messageOf, UserError } from '../shared/errors.js'
import { startLocalCluster } from './cluster.js'
import { takeLock } from './lock.js'
import { folderError, localPaths, makeFolder, type RunningCluster } from './state-files.js'

/** What the process tells whoever started it, over the channel it was started with. */
export type StartReport =
  | { kind: 'ready'; running: RunningCluster }
  | { kind: 'failed'; code: string; message: string; next: string[] }

/** What the process is started with, as JSON in its first argument. */
export interface StartOrder {
  dcosDir: string
  port: number
  dnsPort: number
  version: string
}

/** The embedded cluster as a process of its own: started by `dcos local up`, ended by SIGTERM or SIGINT. */
async function main(order: StartOrder): Promise<void> {
  const paths = localPaths(order.dcosDir)
  makeFolder(paths)
  const locking = takeLock(paths.lock).catch((error) => {
    throw folderError(error, paths.dir)
  })
  const starting = locking.then(() =>
    startLocalCluster({ ...order, env: process.env, clock: systemClock, log }),
  )
  const unlock = () => locking.then((lock) => lock.release()).catch(() => {})
  let ending = false
  const end = async (code: number) => {
    if (ending) return
    ending = true
    // A start that is under way may have launched tasks already.
    await starting.then((cluster) => cluster.stop()).catch(() => {})
    await unlock()
    process.exit(code)
  }
  process.on('SIGTERM', () => void end(0))
  process.on('SIGINT', () => void end(0))
  process.on('SIGHUP', () => {})
  process.on('uncaughtException', (error) => {
    log(`unforeseen: ${error.stack ?? error.message}`)
    void end(1)
  })
  try {
    const { running } = await starting
    log(`up at ${running.url}, DNS at ${running.dns}`)
    report({ kind: 'ready', running })
  } catch (error) {
    if (!ending) await unlock()
    throw error
  }
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`)
}

function report(message: StartReport): void {
  if (process.connected) process.send?.(message)
}

// The log may stand on a full disk, or on a terminal that is gone: that ends nothing.
process.stdout.on('error', () => {})
main(JSON.parse(process.argv[2] ?? '{}') as StartOrder).catch((error: unknown) => {
  const user = error instanceof UserError
  log(`cannot start: ${user ? error.message : ((error as Error).stack ?? messageOf(error))}`)
  report({
    kind: 'failed',
    code: user ? error.code : 'E_CLUSTER_BUG',
    message: messageOf(error),
    next: user ? error.next : [],
  })
  process.exitCode = 1
  if (process.connected) process.disconnect()
})
