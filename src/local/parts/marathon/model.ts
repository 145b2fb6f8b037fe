import type { NormalizedApp } from '../../../definitions/app.js'

/** Where an instance stands, in Marathon's words (`instance_changed_event.condition`). */
export type Condition =
  | 'Scheduled'
  | 'Provisioned'
  | 'Staging'
  | 'Starting'
  | 'Running'
  | 'Killing'
  | 'Killed'
  | 'Finished'
  | 'Failed'
  | 'Error'

/** One result row of one health check of one instance; times are ISO text. */
export interface HealthResult {
  instanceId: string
  alive: boolean
  consecutiveFailures: number
  firstSuccess?: string
  lastSuccess?: string
  lastFailure?: string
  lastFailureCause?: string
}

/** A slot of an app: it keeps its id while its tasks come and go. Kept in the store as it stands here. */
export interface Instance {
  /** `<safe app id>.instance-<uuid>`. */
  id: string
  /** The definition its tasks run; its `version` tells old instances from new ones. */
  app: NormalizedApp
  /** `Running` is relaunched when its task ends; `Stopped` goes for good. */
  goal: 'Running' | 'Stopped'
  condition: Condition
  /** Counts the tasks of this slot, from 1; part of the task id. */
  incarnation: number
  /** When the slot was created or went back to waiting, ISO. */
  since: string
  task: TaskRecord | null
}

/** The current or last task of an instance. */
export interface TaskRecord {
  id: string
  hostPorts: number[]
  /** Effective port per declared port, in order: host port, else container port. */
  ports: number[]
  stagedAt: string
  startedAt?: string
  /** What Mesos-level checks say: null where there is none or no result yet. */
  healthy: boolean | null
  health: HealthResult[]
}

/** An app's last failure, as `lastTaskFailure` shows it. */
export interface TaskFailure {
  appId: string
  host: string
  message: string
  state: string
  taskId: string
  timestamp: string
  version: string
  slaveId: string
}

/** What a deployment step does to one app. */
export interface Action {
  action: 'StartApplication' | 'StopApplication' | 'ScaleApplication' | 'RestartApplication'
  app: string
}

/** A plan and how far it has come. Kept in the store, so that it goes on after a restart. */
export interface Deployment {
  id: string
  /** Timestamp; equals the version of the apps it changes. */
  version: string
  steps: { actions: Action[] }[]
  affectedApps: string[]
  /** 1-based; 0 before the first step began. */
  currentStep: number
  /** Definitions before (null: did not exist) and after (null: deleted), for rolling back. */
  changes: { app: string; before: NormalizedApp | null; after: NormalizedApp | null }[]
  /** Instances that scaling down has to take, whatever it would choose itself. */
  sentenced?: string[]
}

/** Who and where the one agent of the cluster is. */
export interface AgentIdentity {
  id: string
  host: string
  ip: string
}

/** Task id of an instance's current incarnation. Source: Marathon 1.8+, `core/task/Task.scala`. */
export function taskIdOf(instance: Pick<Instance, 'id' | 'incarnation'>): string {
  return `${instance.id}._app.${instance.incarnation}`
}

/** An app id as part of instance ids: segments joined by `_`. */
export function safePath(appId: string): string {
  return appId.split('/').filter(Boolean).join('_')
}

/** Instance id of a task id or instance id. */
export function instanceIdOf(id: string): string {
  return /^(.+\.(?:instance-|marathon-)[^_.]+)/.exec(id)?.[1] ?? id
}

/** Whether an instance holds a task that is alive or on its way. */
export function isActive(instance: Instance): boolean {
  return ['Provisioned', 'Staging', 'Starting', 'Running', 'Killing'].includes(instance.condition)
}

/** Whether an instance waits for its (next) launch. */
export function isWaiting(instance: Instance): boolean {
  return ['Scheduled', 'Killed', 'Finished', 'Failed', 'Error'].includes(instance.condition)
}

/** Mesos state of a condition. */
export function mesosState(condition: Condition): string {
  return condition === 'Provisioned' || condition === 'Scheduled'
    ? 'TASK_STAGING'
    : `TASK_${condition.toUpperCase()}`
}
