import { delimiter } from 'node:path'
import { SYSTEM_PATH } from './find-program.js'

/** Everything else stays behind: the cluster's own environment may hold secrets. */
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'USER', 'SHELL', 'TZ']

/**
 * The complete environment of a task: a few variables of the machine, then Marathon's, then those that
 * Mesos sets itself. The folder of the running Node ends PATH, so that `node` is always found.
 */
export function taskEnvironment(
  machine: Record<string, string | undefined>,
  task: { id: string; env: Record<string, string> },
  sandbox: string,
  nodeFolder: string,
): Record<string, string> {
  const env: Record<string, string> = {}
  for (const name of PASSED_ON) {
    const value = machine[name]
    if (value !== undefined) env[name] = value
  }
  Object.assign(env, { MESOS_TASK_ID: task.id }, task.env, {
    MESOS_SANDBOX: sandbox,
    MESOS_DIRECTORY: sandbox,
  })
  env.PATH = [env.PATH || SYSTEM_PATH, nodeFolder].join(delimiter)
  env.PWD = sandbox
  return env
}
