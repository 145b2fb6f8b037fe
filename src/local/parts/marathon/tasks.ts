import type { Clock } from '../../../shared/clock.js'
import type { Collection } from '../../kit/store.js'
import type { AgentTaskState, TaskRunner, TaskUpdate } from '../../kit/task.js'
import type { Backoff } from './backoff.js'
import { type EventBus, statusUpdate } from './events.js'
import type { HealthWatch } from './health-watch.js'
import type { Instances } from './instances.js'
import {
  type AgentIdentity,
  type Condition,
  type Instance,
  instanceIdOf,
  isActive,
  type TaskFailure,
} from './model.js'

const CONDITIONS: Record<AgentTaskState, Condition> = {
  TASK_STARTING: 'Starting',
  TASK_RUNNING: 'Running',
  TASK_KILLING: 'Killing',
  TASK_FINISHED: 'Finished',
  TASK_FAILED: 'Failed',
  TASK_KILLED: 'Killed',
  TASK_ERROR: 'Error',
}

/** Turns the agent's status updates into the life of instances: running, failed, to be relaunched, gone. */
export class Tasks {
  constructor(
    private readonly instances: Instances,
    private readonly runner: TaskRunner,
    private readonly backoff: Backoff,
    private readonly health: HealthWatch,
    private readonly failures: Collection<TaskFailure>,
    private readonly events: EventBus,
    private readonly agent: AgentIdentity,
    private readonly clock: Clock,
    private readonly relaunch: () => void,
  ) {}

  update(update: TaskUpdate): void {
    const instance = this.instances.get(instanceIdOf(update.task))
    if (instance?.task?.id !== update.task) return
    const condition = CONDITIONS[update.state]
    this.events.publish(
      'status_update_event',
      statusUpdate(instance, this.agent, update.state, update.message),
    )
    if (isActive({ ...instance, condition })) this.goesOn(instance, condition)
    else this.ended(instance, condition, update)
  }

  /** Asks for the end of an instance's task; `Stopped` instances are forgotten once it is gone. */
  stop(instance: Instance): void {
    if (!isActive(instance)) {
      this.instances.remove(instance.id)
      return
    }
    this.instances.save({ ...instance, goal: 'Stopped' })
    this.runner.kill(instance.task!.id)
  }

  /** Ends the current task of an instance; a new one takes its place at once. */
  kill(instance: Instance): void {
    if (isActive(instance)) this.runner.kill(instance.task!.id)
  }

  /** Ends a task whose health check gave it up. */
  killUnhealthy(instance: Instance, cause: string): void {
    const task = instance.task
    if (!task || !isActive(instance)) return
    const { app } = instance
    this.events.publish('unhealthy_instance_kill_event', {
      appId: app.id,
      taskId: instance.id,
      instanceId: instance.id,
      version: app.version,
      reason: cause,
      host: this.agent.host,
      slaveId: this.agent.id,
    })
    const message = `Task was killed since health check failed. Reason: ${cause}`
    this.rememberFailure(instance, 'TASK_KILLED', message)
    this.runner.kill(task.id)
  }

  /** Forgets the last failure of an app that is no more. */
  forgetFailure(appId: string): void {
    this.failures.remove(appId)
  }

  private goesOn(instance: Instance, condition: Condition): void {
    const task = instance.task!
    const now = new Date(this.clock.now()).toISOString()
    const startedAt = condition === 'Running' ? (task.startedAt ?? now) : task.startedAt
    if (condition !== 'Killing') this.backoff.alive(instance.app)
    this.instances.save({
      ...instance,
      condition,
      task: { ...task, ...(startedAt === undefined ? {} : { startedAt }) },
    })
    if (condition === 'Running') this.health.watch(this.instances.get(instance.id)!)
    if (condition === 'Killing') this.health.forget(task.id)
  }

  private ended(instance: Instance, condition: Condition, update: TaskUpdate): void {
    const task = instance.task!
    this.health.forget(task.id)
    this.runner.releasePorts(task.hostPorts)
    if (condition === 'Failed' || condition === 'Error')
      this.rememberFailure(instance, update.state, update.message)
    if (condition !== 'Killed') this.backoff.failed(instance.app)
    const since = new Date(this.clock.now()).toISOString()
    this.instances.save({ ...instance, condition, since, task: { ...task, healthy: null, health: [] } })
    if (instance.goal === 'Stopped') this.instances.remove(instance.id)
    else this.relaunch()
  }

  private rememberFailure(instance: Instance, state: string, message: string): void {
    this.failures.put(instance.app.id, {
      appId: instance.app.id,
      host: this.agent.host,
      message,
      state,
      taskId: instance.task!.id,
      timestamp: new Date(this.clock.now()).toISOString(),
      version: instance.app.version,
      slaveId: this.agent.id,
    })
  }
}
