import type { PortedApp } from '../domain/app-ports.js'
import type { MesosStateJson } from '../domain/mesos-state.js'
import type { VipFacts } from '../domain/vip-report.js'

/** An app as the operations look at it. */
export interface RunningApp extends PortedApp {
  instances?: number
  version?: string
  executorResources?: unknown
  resourceLimits?: unknown
  healthChecks?: unknown[]
  tasksRunning?: number
  tasksHealthy?: number
  lastTaskFailure?: { message?: string; taskId?: string; timestamp?: string; state?: string }
}

/** Marathon, as far as the operations need it. */
export interface MarathonApps {
  getApp(id: string, embed?: string[]): Promise<RunningApp | null>
  listApps(options?: { tasks?: boolean }): Promise<RunningApp[]>
  createApp(app: object, options?: { force?: boolean }): Promise<{ deploymentId: string | null }>
  updateApp(
    id: string,
    app: object,
    options?: { force?: boolean; partial?: boolean },
  ): Promise<{ deploymentId: string | null }>
  deleteApp(id: string, options?: { force?: boolean }): Promise<{ deploymentId: string | null }>
  deploymentById(id: string): Promise<{ id: string; currentStep?: number; totalSteps?: number } | null>
  queue(): Promise<{ app?: { id: string }; delay?: { timeLeftSeconds?: number; overdue?: boolean } }[]>
}

/** Everything of a cluster that says something about VIPs. Each may fail; null = the cluster has no such thing. */
export interface VipSources {
  listApps(): Promise<RunningApp[]>
  mesosState(): Promise<MesosStateJson | null>
  netVips(): Promise<VipFacts['netVips']>
  records(): Promise<VipFacts['records']>
  places(): Promise<VipFacts['places']>
}

/** How an operation tells of progress and what deserves attention while it works. */
export interface Progress {
  /** A line for people; said once. */
  note(text: string): void
}
