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

/** What whoever decides about tasks needs of whoever runs them. */
export interface TaskRunner {
  /** Starts the task's process group. Failures arrive as updates, never as exceptions. */
  launch(task: TaskLaunch): void
  /** SIGTERM to the process group, SIGKILL after the grace. Unknown ids are ignored. */
  kill(taskId: string): void
  /**
   * Runs a shell command beside a task: same sandbox, environment and names. Resolves with its exit code
   * (128 + n after signal n), null when it ran out of time, could not start, or the task does not run.
   */
  runBeside(taskId: string, command: string, timeoutMs: number): Promise<number | null>
  /** `count` free host ports of the agent's range, not handed out before; rejects with a RangeError when none are left. */
  allocatePorts(count: number): Promise<number[]>
  /** Takes exactly this port if it is free in the agent's books and on the machine. */
  claimPort(port: number): Promise<boolean>
  releasePorts(ports: number[]): void
}
