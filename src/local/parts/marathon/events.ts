import type { AgentIdentity, Instance } from './model.js'

/** One event of `GET /v2/events`. */
export interface MarathonEvent {
  eventType: string
  timestamp: string
  [key: string]: unknown
}

/** Who is told of events: the event, and its frame as a stream carries it, written once for all of them. */
export type EventListener = (event: MarathonEvent, frame: () => Buffer) => void

/** Carries events to every open stream; delivery is synchronous and in order. */
export class EventBus {
  private readonly listeners = new Set<EventListener>()

  constructor(private readonly now: () => string) {}

  publish(eventType: string, payload: Record<string, unknown>): void {
    const event = { ...payload, eventType, timestamp: this.now() }
    let written: Buffer | undefined
    const frame = () => {
      written ??= Buffer.from(`event: ${eventType}\r\ndata: ${JSON.stringify(event)}\r\n\r\n`)
      return written
    }
    for (const listener of this.listeners) listener(event, frame)
  }

  /** The returned function ends the subscription. */
  subscribe(listener: EventListener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}

/** What `status_update_event` says of an instance's task. */
export function statusUpdate(
  instance: Instance,
  agent: AgentIdentity,
  taskStatus: string,
  message: string,
): Record<string, unknown> {
  return {
    slaveId: agent.id,
    taskId: instance.task?.id,
    taskStatus,
    message,
    appId: instance.app.id,
    host: agent.host,
    ipAddresses: [{ ipAddress: agent.ip, protocol: 'IPv4' }],
    ports: instance.task?.hostPorts ?? [],
    version: instance.app.version,
  }
}
