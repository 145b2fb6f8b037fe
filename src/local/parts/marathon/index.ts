import type { FastifyInstance } from 'fastify'
import type { NormalizedApp } from '../../../definitions/app.js'
import type { VipTask } from '../../../domain/vip-table.js'
import type { Clock } from '../../../shared/clock.js'
import type { ClusterPart, PartHealth } from '../../kit/part.js'
import { type Store, unacknowledged } from '../../kit/store.js'
import type { TaskRunner, TaskUpdate } from '../../kit/task.js'
import { Actions } from './actions.js'
import type { ApiContext } from './api/context.js'
import { marathonApi } from './api/index.js'
import { Apps } from './apps.js'
import { Backoff } from './backoff.js'
import { Changes } from './changes.js'
import { Deployments } from './deployments.js'
import { vipTaskOf } from './discovery.js'
import { EventBus } from './events.js'
import { HealthWatch } from './health-watch.js'
import { Instances } from './instances.js'
import { Launcher } from './launcher.js'
import type { AgentIdentity, Deployment, Instance, TaskFailure } from './model.js'
import { Tasks } from './tasks.js'

/** What Marathon is handed by the cluster. */
export interface MarathonOptions {
  store: Store
  runner: TaskRunner
  agent: AgentIdentity
  frameworkId: string
  clock: Clock
  log: (line: string) => void
  /** Called after every change of any app or instance, synchronously. */
  onChange: () => void
}

/** Apps, deployments and tasks: what Marathon does in DC/OS. Running the processes is the agent's business. */
export class MarathonPart implements ClusterPart {
  readonly name = 'marathon'
  private parts: Assembled | undefined

  constructor(private readonly options: MarathonOptions) {}

  /** Reads the state of an earlier run and goes on with its apps and deployments. */
  async start(): Promise<void> {
    this.parts = assemble(this.options)
    const { apps, instances, deployments, launcher } = this.parts
    apps.restore()
    instances.restore(new Date(this.options.clock.now()).toISOString())
    deployments.resume()
    launcher.tick()
  }

  async stop(): Promise<void> {
    this.parts?.deployments.stop()
    this.parts?.launcher.stop()
    this.parts?.health.stop()
  }

  health(): PartHealth {
    if (!this.parts) return { healthy: false, detail: 'not started' }
    const { apps, instances, deployments } = this.parts
    const running = instances.list().filter((instance) => instance.condition === 'Running').length
    const busy = deployments.list().length
    return {
      healthy: true,
      detail: `${count(apps.list().length, 'app')}, ${count(running, 'running task')}, ${count(busy, 'deployment')}`,
    }
  }

  /** A status update of the agent. */
  taskUpdate(update: TaskUpdate): void {
    this.parts?.tasks.update(update)
  }

  /** Every live task, as the load balancer, DNS and Mesos' state see it. */
  vipTasks(): VipTask[] {
    return this.instances().flatMap((instance) => vipTaskOf(instance, this.options.agent) ?? [])
  }

  apps(): NormalizedApp[] {
    return this.parts?.apps.list() ?? []
  }

  instances(): Instance[] {
    return this.parts?.instances.list() ?? []
  }

  /** Registers the HTTP API on a server scope. */
  async routes(server: FastifyInstance): Promise<void> {
    if (!this.parts) throw new Error('marathon serves before it was started')
    await marathonApi(server, this.parts.api)
  }
}

interface Assembled {
  apps: Apps
  instances: Instances
  deployments: Deployments
  launcher: Launcher
  tasks: Tasks
  health: HealthWatch
  api: ApiContext
}

function assemble(options: MarathonOptions): Assembled {
  const { store, runner, agent, clock, log } = options
  const events = new EventBus(() => new Date(clock.now()).toISOString())
  const failures = unacknowledged(store.collection<TaskFailure>('task-failures'), log)
  const backoff = new Backoff(clock)
  const apps = new Apps(store, options.onChange)
  const kept = unacknowledged(store.collection<Instance>('instances'), log)
  const instances = new Instances(kept, events, agent, options.onChange)
  const launcher = new Launcher(instances, runner, backoff, agent, clock, log, (update) =>
    tasks.update(update),
  )
  const health = new HealthWatch(instances, runner, events, agent, clock, (instance, cause) =>
    tasks.killUnhealthy(instance, cause),
  )
  const tasks = new Tasks(instances, runner, backoff, health, failures, events, agent, clock, () =>
    launcher.tick(),
  )
  const actions = new Actions(apps, instances, tasks, launcher, backoff, events, clock)
  const deployments = new Deployments(
    store.collection<Deployment>('deployments'),
    apps,
    events,
    clock,
    (action, deployment, signal) => actions.run(action, deployment, signal),
    log,
  )
  const changes = new Changes(apps, deployments, events, clock)
  const api: ApiContext = {
    apps,
    instances,
    deployments,
    failureOf: (appId) => failures.get(appId),
    agent,
    now: () => clock.now(),
    changes,
    tasks,
    launcher,
    backoff,
    events,
    log,
    refill: (appId) => {
      const app = apps.get(appId)
      if (app && !deployments.isLocked(appId)) actions.fill(app)
    },
    frameworkId: options.frameworkId,
  }
  return { apps, instances, deployments, launcher, tasks, health, api }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
