import type { Backoff } from '../backoff.js'
import type { Changes } from '../changes.js'
import type { EventBus } from '../events.js'
import type { Launcher } from '../launcher.js'
import type { Tasks } from '../tasks.js'
import type { AppSources } from './app-json.js'

/** What the routes work on. */
export interface ApiContext extends AppSources {
  changes: Changes
  tasks: Tasks
  launcher: Launcher
  backoff: Backoff
  events: EventBus
  log: (line: string) => void
  /** Schedules what an app lacks, unless a deployment holds it. */
  refill: (appId: string) => void
  /** Registration id with Mesos, `<uuid>-0000`. */
  frameworkId: string
}
