import type { ClusterPart } from '../../kit/part.js'
import type { TaskRunner } from '../../kit/task.js'

export type { AgentTaskState, TaskLaunch, TaskUpdate } from '../../kit/task.js'

/** How the cluster's names reach a task, or one sentence that says why they cannot. */
export interface NamesState {
  works: boolean
  reason: string | null
}

/** The agent as the rest of the cluster sees it: it runs tasks, keeps their output and gives them names. */
export interface Agent extends ClusterPart, TaskRunner {
  /** Paths of a task's output files, also after its end; null when the agent has no sandbox of it (any more). */
  logs(taskId: string): { stdout: string; stderr: string } | null
  /**
   * New names (name → IPv4 address) for the hosts file that tasks and `local exec` see. Running tasks see
   * them at once.
   */
  setNames(names: Map<string, string>): void
  /** Known once the agent has started. */
  readonly names: NamesState
}
