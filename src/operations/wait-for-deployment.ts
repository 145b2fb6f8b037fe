import type { Clock } from '../shared/clock.js'
import { UserError } from '../shared/errors.js'
import type { MarathonApps, Progress, RunningApp } from './ports.js'

/** How to wait. */
export interface Waiting {
  timeoutSeconds: number
  clock: Clock
  signal: AbortSignal
  progress: Progress
}

const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1000

/**
 * Waits until a deployment is over, telling of tasks that fail meanwhile. Rejects with `E_TIMEOUT` and
 * what is known about the cause, or with the signal's reason.
 */
export async function waitForDeployment(
  deploymentId: string,
  appId: string,
  marathon: MarathonApps,
  waiting: Waiting,
): Promise<void> {
  const { clock, signal, progress } = waiting
  const started = clock.now()
  let pause = FIRST_PAUSE_MS
  let told = ''
  while ((await marathon.deploymentById(deploymentId)) !== null) {
    const app = await marathon.getApp(appId)
    const failure = failureSince(app, started)
    if (failure && failure.timestamp !== told) {
      told = failure.timestamp
      progress.note(`A task of ${appId} failed: ${failure.message}`)
    }
    if (clock.now() - started > waiting.timeoutSeconds * 1000)
      throw await timedOut(appId, app, marathon, waiting.timeoutSeconds)
    await clock.sleep(pause, signal)
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)
  }
}

function failureSince(app: RunningApp | null, since: number): { message: string; timestamp: string } | null {
  const failure = app?.lastTaskFailure
  if (!failure?.timestamp || Date.parse(failure.timestamp) < since - 1000) return null
  return { message: `${failure.message ?? failure.state} (${failure.taskId})`, timestamp: failure.timestamp }
}

async function timedOut(
  appId: string,
  app: RunningApp | null,
  marathon: MarathonApps,
  seconds: number,
): Promise<UserError> {
  const queued = (await marathon.queue()).find((item) => item.app?.id === appId)
  const facts = [
    `${app?.tasksRunning ?? 0} of ${app?.instances ?? '?'} instances run`,
    ...(app?.lastTaskFailure?.message ? [`the last failure was: ${app.lastTaskFailure.message}`] : []),
    ...(queued?.delay && !queued.delay.overdue
      ? [`the next launch waits ${queued.delay.timeLeftSeconds} s`]
      : []),
  ]
  return new UserError(
    'E_TIMEOUT',
    `The deployment of ${appId} is not done after ${seconds} s: ${facts.join(', ')}.`,
    {
      next: [
        'The deployment goes on. Look at the VIP with `dcos vip show`.',
        ...(app?.lastTaskFailure?.taskId
          ? [`Read the task's output: \`dcos local logs ${app.lastTaskFailure.taskId}\`.`]
          : []),
        'Wait longer with --timeout SECONDS, or take it back with `dcos vip delete ADDRESS --with-app`.',
      ],
    },
  )
}
