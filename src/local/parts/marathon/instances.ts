import type { Collection } from '../../kit/store.js'
import type { EventBus } from './events.js'
import { type AgentIdentity, type Condition, type Instance, isActive } from './model.js'

/**
 * Every instance of the cluster, in memory and in the store. Whoever waits for something to happen
 * to instances waits here, woken by each change.
 */
export class Instances {
  private readonly all = new Map<string, Instance>()
  private readonly waiting = new Set<() => void>()

  constructor(
    private readonly kept: Collection<Instance>,
    private readonly events: EventBus,
    private readonly agent: AgentIdentity,
    private readonly onChange: () => void,
  ) {}

  /** Reads what an earlier run left: its tasks are gone, so every slot that is to go on waits for a new one. */
  restore(now: string): void {
    for (const [id, instance] of this.kept.entries()) {
      if (instance.goal === 'Stopped') {
        this.kept.remove(id)
        continue
      }
      const launched = instance.task !== null
      const incarnation = instance.incarnation + (launched ? 1 : 0)
      this.save({ ...instance, condition: 'Scheduled', since: now, task: null, incarnation })
    }
  }

  get(id: string): Instance | undefined {
    return this.all.get(id)
  }

  list(): Instance[] {
    return [...this.all.values()]
  }

  ofApp(appId: string): Instance[] {
    return this.list().filter((instance) => instance.app.id === appId)
  }

  /** Instances that count against an app's `instances`: those that are not on their way out. */
  runningOf(appId: string): Instance[] {
    return this.ofApp(appId).filter((instance) => instance.goal === 'Running')
  }

  /** Stores a changed instance and tells everyone; a change of condition is announced as an event. */
  save(instance: Instance): void {
    const before = this.all.get(instance.id)
    this.all.set(instance.id, instance)
    this.kept.put(instance.id, instance)
    if (before?.condition !== instance.condition) this.announce(instance, instance.condition)
    this.changed()
  }

  /** Forgets an instance. */
  remove(id: string): void {
    if (!this.all.delete(id)) return
    this.kept.remove(id)
    this.changed()
  }

  /** Resolves once `holds` is true, looking after every change; rejects with the signal's reason. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason)
    if (holds()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const done = () => {
        this.waiting.delete(look)
        signal.removeEventListener('abort', abort)
      }
      const look = () => {
        if (!holds()) return
        done()
        resolve()
      }
      const abort = () => {
        done()
        reject(signal.reason)
      }
      this.waiting.add(look)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  private changed(): void {
    this.onChange()
    for (const look of [...this.waiting]) look()
  }

  private announce(instance: Instance, condition: Condition): void {
    const placed = isActive(instance)
    this.events.publish('instance_changed_event', {
      instanceId: instance.id,
      condition,
      runSpecId: instance.app.id,
      agentId: placed ? this.agent.id : null,
      host: placed ? this.agent.host : null,
      runSpecVersion: instance.app.version,
    })
  }
}
