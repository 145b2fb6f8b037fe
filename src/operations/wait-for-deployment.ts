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
/** Most deployments are over by then; about those that are not, it is said how they come on. */
const QUIET_MS = 2000
/** Clocks of a cluster and of this machine differ a little. */
const CLOCK_SLACK_MS = 1000

/** What is waited for. */
export interface PendingChange {
  deployment: string
  app: string
  /** What the user can do when it takes too long. */
  next: string[]
}

/**
 * Waits until a deployment is over, telling of tasks that fail meanwhile. Rejects with `E_TIMEOUT` and
 * what is known about the cause, or with the signal's reason.
 */
export async function waitForDeployment(
  change: PendingChange,
  marathon: MarathonApps,
  waiting: Waiting,
): Promise<void> {
  const { clock, signal, progress } = waiting
  const started = clock.now()
  let pause = FIRST_PAUSE_MS
  let told = ''
  let shown = ''
  await whileWaiting(change.app, waiting, async () => {
    while ((await marathon.deploymentById(change.deployment)) !== null) {
      const app = await marathon.getApp(change.app)
      const failure = failureSince(app, started - CLOCK_SLACK_MS)
      if (failure && failure.message !== told) {
        told = failure.message
        progress.note(`A task of ${change.app} failed: ${failure.message} (${failure.task})`)
      }
      const standing = standingOf(app)
      if (clock.now() - started > QUIET_MS && standing !== shown) {
        shown = standing
        progress.note(`Waiting for ${change.app}: ${standing}.`)
      }
      if (clock.now() - started > waiting.timeoutSeconds * 1000)
        throw await timedOut(change, app, marathon, waiting.timeoutSeconds)
      await clock.sleep(pause, signal)
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)
    }
  })
}

/** Says that the cluster goes on when the waiting is interrupted. */
export async function whileWaiting<T>(
  appId: string,
  { signal, progress }: Waiting,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted) progress.note(`Not waiting any longer: the deployment of ${appId} goes on.`)
    throw error
  }
}

function failureSince(app: RunningApp | null, since: number): { message: string; task: string } | null {
  const failure = app?.lastTaskFailure
  if (!failure?.timestamp || Date.parse(failure.timestamp) < since) return null
  return { message: failure.message || failure.state || 'no reason given', task: failure.taskId ?? 'unknown' }
}

/** How far an app has come. */
function standingOf(app: RunningApp | null): string {
  if (app === null) return 'it is gone'
  const running = `${app.tasksRunning ?? 0} of ${app.instances ?? '?'} instances run`
  const checked = (app.healthChecks ?? []).length > 0
  return checked ? `${running}, ${app.tasksHealthy ?? 0} pass their health check` : running
}

async function timedOut(
  { app: appId, next }: PendingChange,
  app: RunningApp | null,
  marathon: MarathonApps,
  seconds: number,
): Promise<UserError> {
  const queued = (await marathon.queue()).find((item) => item.app?.id === appId)
  const failedTask = app?.lastTaskFailure?.taskId
  const facts = [
    standingOf(app),
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
        'The deployment goes on; wait longer with --timeout SECONDS.',
        ...(failedTask
          ? [`What the task said, on the embedded cluster: \`dcos local logs ${failedTask}\``]
          : []),
        ...next,
      ],
    },
  )
}
