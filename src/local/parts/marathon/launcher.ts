import type { NormalizedApp } from '../../../definitions/app.js'
import { effectivePorts, networkMode } from '../../../domain/app-ports.js'
import type { Clock } from '../../../shared/clock.js'
import { messageOf } from '../../../shared/errors.js'
import type { TaskRunner, TaskUpdate } from '../../kit/task.js'
import type { Backoff } from './backoff.js'
import type { Instances } from './instances.js'
import { type AgentIdentity, type Instance, isWaiting, taskIdOf } from './model.js'
import { type AssignedPort, taskEnvironment } from './task-environment.js'

/** How long to wait before asking again for a port that somebody else holds. */
const PORT_RETRY_MS = 1000
/** Why an app with an image fails, with or without a command. */
const NO_IMAGES = 'the embedded cluster runs commands, not container images'

/** Starts the tasks of waiting instances as soon as their app's backoff and the agent's ports allow. */
export class Launcher {
  private cancelWake: (() => void) | undefined
  private stopped = false
  /** Instances whose ports are being fetched, so that no second launch of them begins. */
  private readonly busy = new Set<string>()
  /** Instances that found a port of theirs taken, and when they ask again (ms since the epoch). */
  private readonly blocked = new Map<string, number>()

  constructor(
    private readonly instances: Instances,
    private readonly runner: TaskRunner,
    private readonly backoff: Backoff,
    private readonly agent: AgentIdentity,
    private readonly clock: Clock,
    private readonly log: (line: string) => void,
    private readonly onUpdate: (update: TaskUpdate) => void,
  ) {}

  /** Launches what can be launched and wakes itself for the rest. */
  tick(): void {
    if (this.stopped) return
    this.cancelWake?.()
    this.cancelWake = undefined
    let soonest = Number.POSITIVE_INFINITY
    for (const id of this.blocked.keys()) if (!this.instances.get(id)) this.blocked.delete(id)
    for (const instance of this.instances.list()) {
      if (instance.goal !== 'Running' || !isWaiting(instance) || this.busy.has(instance.id)) continue
      const blockedMs = (this.blocked.get(instance.id) ?? 0) - this.clock.now()
      const wait = Math.max(this.backoff.waitMs(instance.app), blockedMs)
      if (wait > 0) soonest = Math.min(soonest, wait)
      else void this.launch(instance)
    }
    if (soonest !== Number.POSITIVE_INFINITY) this.cancelWake = this.clock.after(soonest, () => this.tick())
  }

  /** Whether the instance waits for a port that somebody else holds. */
  lacksPort(instance: Instance): boolean {
    return this.blocked.has(instance.id)
  }

  stop(): void {
    this.stopped = true
    this.cancelWake?.()
  }

  private async launch(waiting: Instance): Promise<void> {
    this.busy.add(waiting.id)
    try {
      const ports = await this.assignPorts(waiting.app)
      const current = this.instances.get(waiting.id)
      if (this.stopped || current?.goal !== 'Running' || !isWaiting(current)) {
        this.runner.releasePorts(hostPortsOf(ports ?? []))
        return
      }
      if (ports === null) {
        this.blocked.set(current.id, this.clock.now() + PORT_RETRY_MS)
        return
      }
      this.blocked.delete(current.id)
      this.start(current, ports)
    } catch (error) {
      this.blocked.set(waiting.id, this.clock.now() + PORT_RETRY_MS)
      this.log(`cannot launch ${waiting.id}: ${messageOf(error)}`)
    } finally {
      this.busy.delete(waiting.id)
      if (this.blocked.has(waiting.id)) this.tick()
    }
  }

  private start(instance: Instance, ports: AssignedPort[]): void {
    const { app } = instance
    const first = instance.task === null
    const incarnation = first ? instance.incarnation : instance.incarnation + 1
    const id = taskIdOf({ id: instance.id, incarnation })
    this.instances.save({
      ...instance,
      incarnation,
      condition: 'Provisioned',
      task: {
        id,
        hostPorts: hostPortsOf(ports),
        ports: ports.map((port) => port.effective),
        stagedAt: new Date(this.clock.now()).toISOString(),
        healthy: null,
        health: [],
      },
    })
    if (app.container?.docker) {
      const update: TaskUpdate = { task: id, state: 'TASK_FAILED', message: NO_IMAGES }
      queueMicrotask(() => this.onUpdate(update))
      return
    }
    const grace = app.taskKillGracePeriodSeconds
    this.runner.launch({
      id,
      app: app.id,
      command: app.cmd === undefined ? { argv: app.args ?? [] } : { shell: app.cmd },
      env: taskEnvironment(app, id, ports, this.agent),
      ...(grace === undefined ? {} : { killGraceSeconds: grace }),
      fetch: (app.fetch ?? []).map((artifact) => ({
        uri: artifact.uri,
        extract: artifact.extract ?? true,
        executable: artifact.executable ?? false,
        ...(artifact.destPath === undefined ? {} : { destPath: artifact.destPath }),
      })),
    })
  }

  /**
   * Host ports as Marathon asks for them: `requirePorts` and a fixed `hostPort` exactly, 0 any free
   * one, a container port without a host port none. Null when a port is taken.
   */
  private async assignPorts(app: NormalizedApp): Promise<AssignedPort[] | null> {
    const declared = effectivePorts(app).map(({ port }) => port)
    const host = networkMode(app) === 'host'
    const wanted = declared.map((port) => {
      if (host) return app.requirePorts ? (port.port ?? 0) : 0
      return port.hostPort ?? (networkMode(app) === 'container/bridge' ? 0 : null)
    })
    const claimed: number[] = []
    for (const port of wanted) {
      if (port === null || port === 0) continue
      if (!(await this.runner.claimPort(port))) {
        this.runner.releasePorts(claimed)
        return null
      }
      claimed.push(port)
    }
    const free = await this.anyPorts(wanted.filter((port) => port === 0).length, claimed)
    if (free === null) return null
    return declared.map((port, i) => {
      const hostPort = wanted[i] === 0 ? free.shift()! : (wanted[i] ?? null)
      const requested = (host ? port.port : port.containerPort) ?? 0
      const effective = hostPort ?? (requested || randomPort())
      return { requested, ...(port.name === undefined ? {} : { name: port.name }), hostPort, effective }
    })
  }

  private async anyPorts(count: number, claimed: number[]): Promise<number[] | null> {
    try {
      return [...(await this.runner.allocatePorts(count))]
    } catch (error) {
      this.runner.releasePorts(claimed)
      if (error instanceof RangeError) return null
      throw error
    }
  }
}

function hostPortsOf(ports: readonly AssignedPort[]): number[] {
  return ports.flatMap((port) => (port.hostPort === null ? [] : [port.hostPort]))
}

/** A container port nobody asked a number for. Source: Marathon 1.11, `EnvironmentHelper`: 1025 … 65535. */
function randomPort(): number {
  return 1025 + Math.floor(Math.random() * (65535 - 1025))
}
