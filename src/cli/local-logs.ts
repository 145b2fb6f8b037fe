import type { LocalControl } from '../local/control.js'
import type { Environment } from './environment.js'

/** Writes the cluster's log, or what a task wrote, to the streams of the same name; `follow` goes on until interrupted. */
export async function writeLogs(
  control: LocalControl,
  task: string | undefined,
  follow: boolean,
  { stdout, stderr, signal }: Environment,
): Promise<void> {
  const { copyFile, followFiles } = await import('../local/kit/tail.js')
  const files =
    task === undefined
      ? [{ path: control.logFile, out: stdout }]
      : control
          .taskLogs(task)
          .map(({ path, stream }) => ({ path, out: stream === 'stdout' ? stdout : stderr }))
  if (follow) return followFiles(files, signal)
  for (const { path, out } of files) await copyFile(path, out)
}
