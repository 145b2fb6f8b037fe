import type { Waiting } from '../operations/wait-for-deployment.js'
import type { Environment } from './environment.js'

/** How a command waits for the cluster: until the time is over or the user has enough, telling of it on stderr. */
export function waitingFor(environment: Environment, timeoutSeconds: number): Waiting {
  const { clock, signal, stderr } = environment
  return { timeoutSeconds, clock, signal, progress: { note: (text) => void stderr.write(`${text}\n`) } }
}
