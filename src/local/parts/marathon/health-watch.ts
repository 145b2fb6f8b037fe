import type { AppHealthCheck } from '../../../definitions/app.js'
import type { Clock } from '../../../shared/clock.js'
import { HealthChecker, type HealthResult as Outcome, type ResolvedCheck } from '../../kit/health-checker.js'
import { type ProbeResult, probeHttp, probeTcp } from '../../kit/health-probe.js'
import type { TaskRunner } from '../../kit/task.js'
import { isMesosLevel } from './discovery.js'
import { type EventBus, statusUpdate } from './events.js'
import type { Instances } from './instances.js'
import type { AgentIdentity, HealthResult, Instance } from './model.js'

/** Runs the health checks of every running task and writes what they find into its instance. */
export class HealthWatch {
  private readonly checkers = new Map<string, HealthChecker[]>()

  constructor(
    private readonly instances: Instances,
    private readonly runner: TaskRunner,
    private readonly events: EventBus,
    private readonly agent: AgentIdentity,
    private readonly clock: Clock,
    private readonly onKill: (instance: Instance, cause: string) => void,
  ) {}

  /** Starts the checks of a task that has just become Running. */
  watch(instance: Instance): void {
    const task = instance.task
    if (!task || this.checkers.has(task.id)) return
    const checkers = (instance.app.healthChecks ?? []).map((check, index) => {
      const resolved = resolveCheck(check)
      return new HealthChecker({
        check: resolved,
        clock: this.clock,
        probe: (timeoutMs, signal) => this.probe(instance, check, timeoutMs, signal),
        onResult: (outcome) => this.record(instance.id, task.id, index, check, resolved, outcome),
        onKill: (cause) => this.giveUp(instance.id, task.id, cause),
      })
    })
    this.checkers.set(task.id, checkers)
    for (const checker of checkers) checker.start()
  }

  forget(taskId: string): void {
    for (const checker of this.checkers.get(taskId) ?? []) checker.stop()
    this.checkers.delete(taskId)
  }

  stop(): void {
    for (const id of [...this.checkers.keys()]) this.forget(id)
  }

  private probe(
    instance: Instance,
    check: AppHealthCheck,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<ProbeResult> {
    const protocol = check.protocol ?? 'HTTP'
    if (protocol === 'COMMAND') return this.runCommand(instance, check, timeoutMs)
    const port = checkedPort(instance, check)
    if (port === undefined) return Promise.resolve({ ok: false, cause: 'the check names no port of the app' })
    const target = { host: this.agent.ip, port, timeoutMs, signal }
    if (protocol.endsWith('TCP')) return probeTcp(target)
    return probeHttp({
      ...target,
      scheme: protocol.endsWith('HTTPS') ? 'https' : 'http',
      path: check.path ?? '/',
    })
  }

  private async runCommand(
    instance: Instance,
    check: AppHealthCheck,
    timeoutMs: number,
  ): Promise<ProbeResult> {
    const code = await this.runner.runBeside(instance.task!.id, check.command?.value ?? '', timeoutMs)
    if (code === 0) return { ok: true, cause: '' }
    const cause =
      code === null
        ? `Command has not returned after ${timeoutMs} ms`
        : `Command returned exited with status ${code}`
    return { ok: false, cause }
  }

  private record(
    instanceId: string,
    taskId: string,
    index: number,
    check: AppHealthCheck,
    resolved: ResolvedCheck,
    outcome: Outcome,
  ): void {
    const instance = this.instances.get(instanceId)
    if (!instance?.task || instance.task.id !== taskId) return
    const before = instance.task.health[index]
    const health = [...instance.task.health]
    health[index] = resultRow(instanceId, outcome, resolved.level === 'marathon')
    const healthy = resolved.level === 'mesos' ? allAlive(health, instance) : instance.task.healthy
    const changed = healthy !== instance.task.healthy || before?.alive !== outcome.alive
    const wasHealthy = instance.task.healthy
    // Results without news are kept in place: nobody waits for them and the store need not hear of them.
    if (changed) this.instances.save({ ...instance, task: { ...instance.task, healthy, health } })
    else instance.task.health = health
    if (healthy !== wasHealthy)
      this.events.publish('status_update_event', statusUpdate(instance, this.agent, 'TASK_RUNNING', ''))
    this.announce(instance, check, before?.alive, outcome, healthy)
  }

  private announce(
    instance: Instance,
    check: AppHealthCheck,
    before: boolean | undefined,
    outcome: Outcome,
    healthy: boolean | null,
  ): void {
    const { app } = instance
    if (outcome.counted && !outcome.alive)
      this.events.publish('failed_health_check_event', {
        appId: app.id,
        taskId: instance.id,
        healthCheck: check,
      })
    if ((before ?? false) !== outcome.alive) {
      this.events.publish('health_status_changed_event', {
        appId: app.id,
        instanceId: instance.id,
        version: app.version,
        alive: outcome.alive,
      })
      this.events.publish('instance_health_changed_event', {
        instanceId: instance.id,
        runSpecId: app.id,
        healthy: healthy ?? outcome.alive,
        runSpecVersion: app.version,
      })
    }
  }

  private giveUp(instanceId: string, taskId: string, cause: string): void {
    const instance = this.instances.get(instanceId)
    if (instance?.task?.id === taskId) this.onKill(instance, cause)
  }
}

/** A check with Marathon's defaults, in milliseconds. */
function resolveCheck(check: AppHealthCheck): ResolvedCheck {
  const protocol = check.protocol ?? 'HTTP'
  return {
    level: isMesosLevel(protocol) ? 'mesos' : 'marathon',
    protocol,
    grace: (check.gracePeriodSeconds ?? 300) * 1000,
    interval: (check.intervalSeconds ?? 60) * 1000,
    timeout: (check.timeoutSeconds ?? 20) * 1000,
    delay: (check.delaySeconds ?? 15) * 1000,
    maxConsecutiveFailures: check.maxConsecutiveFailures ?? 3,
  }
}

/** `port` wins over `portIndex`; neither means the first port. */
function checkedPort(instance: Instance, check: AppHealthCheck): number | undefined {
  if (check.port !== undefined) return check.port
  return instance.task!.ports[check.portIndex ?? 0]
}

/** The cause of a failure is known for Marathon's own checks only. */
function resultRow(instanceId: string, outcome: Outcome, withCause: boolean): HealthResult {
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString())
  const row: HealthResult = {
    instanceId,
    alive: outcome.alive,
    consecutiveFailures: outcome.consecutiveFailures,
  }
  const times = {
    firstSuccess: iso(outcome.firstSuccess),
    lastSuccess: iso(outcome.lastSuccess),
    lastFailure: iso(outcome.lastFailure),
  }
  for (const [key, value] of Object.entries(times))
    if (value !== undefined) Object.assign(row, { [key]: value })
  if (withCause && !outcome.alive) row.lastFailureCause = outcome.cause
  return row
}

/** Mesos' `healthy`: every Mesos-level check passes; null while one has no result. */
function allAlive(health: (HealthResult | undefined)[], instance: Instance): boolean | null {
  const levels = (instance.app.healthChecks ?? []).map((check) => isMesosLevel(check.protocol))
  const results = levels.flatMap((mesos, index) => (mesos ? [health[index]] : []))
  if (results.some((result) => result === undefined)) return null
  return results.every((result) => result!.alive)
}
