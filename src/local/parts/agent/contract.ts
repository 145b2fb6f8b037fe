import type { ClusterPart } from '../../kit/part.js'

/** Everything the agent needs to run one task. Marathon decides, the agent runs. */
export interface TaskLaunch {
  /** Mesos task id, such as `shop_api.instance-<uuid>._app.1`; safe as a folder name. */
  id: string
  /** App id, for logs only. */
  app: string
  command: { shell: string } | { argv: string[] }
  /** The task's complete Marathon environment (the agent adds PATH, MESOS_SANDBOX and the like). */
  env: Record<string, string>
  /** Seconds between SIGTERM and SIGKILL; the agent's default is 3. */
  killGraceSeconds?: number
  /** Marathon's `fetch`; only `file:` URIs and absolute paths can be fetched here. */
  fetch: { uri: string; extract: boolean; executable: boolean; destPath?: string }[]
}

/** Mesos task states the agent reports. Terminal: FINISHED, FAILED, KILLED, ERROR. */
export type AgentTaskState =
  | 'TASK_STARTING'
  | 'TASK_RUNNING'
  | 'TASK_KILLING'
  | 'TASK_FINISHED'
  | 'TASK_FAILED'
  | 'TASK_KILLED'
  | 'TASK_ERROR'

/** One status update, in order per task; after a terminal one nothing follows. */
export interface TaskUpdate {
  task: string
  state: AgentTaskState
  /** For people, such as `Command exited with status 1`; Mesos' own wording. */
  message: string
}

/** The agent as the rest of the cluster sees it. */
export interface Agent extends ClusterPart {
  /** Starts the task's process group. Failures arrive as updates, never as exceptions. */
  launch(task: TaskLaunch): void
  /** SIGTERM to the process group, SIGKILL after the grace. Unknown ids are ignored. */
  kill(taskId: string): void
  /** Runs a shell command beside a task: same sandbox, environment and names. Resolves with its exit code, null when it ran out of time. */
  runBeside(taskId: string, command: string, timeoutMs: number): Promise<number | null>
  /** `count` free host ports of the agent's range, not handed out before; throws RangeError when none are left. */
  allocatePorts(count: number): number[]
  /** Takes exactly this port if it is free in the agent's books and on the machine. */
  claimPort(port: number): boolean
  releasePorts(ports: number[]): void
  /** Paths of a task's output files, also after its end; null when the agent never ran it. */
  logs(taskId: string): { stdout: string; stderr: string } | null
  /** New content for the hosts file that tasks and `local exec` see: name → IPv4 address. */
  setNames(names: Map<string, string>): void
  /** How the cluster's names reach a task, or why they cannot. */
  readonly names: { works: boolean; reason: string | null }
}
