import type { MarathonApps, RunningApp, VipSources } from '../../../src/operations/ports.js'

/** A Marathon that keeps apps in memory; each change is a deployment that ends when `finish` is called. */
export class FakeCluster implements MarathonApps {
  readonly calls: string[] = []
  readonly bodies: object[] = []
  readonly running = new Set<string>()

  constructor(readonly apps: RunningApp[] = []) {}

  readonly sources: VipSources = {
    listApps: async () => this.apps,
    mesosState: async () => ({ slaves: [{ id: 's', hostname: '10.0.0.7', pid: 'slave(1)@10.0.0.8:5051' }] }),
    netVips: async () => null,
    records: async () => [],
    places: async () => null,
  }

  async getApp(id: string): Promise<RunningApp | null> {
    return this.apps.find((app) => app.id === id) ?? null
  }

  async listApps(): Promise<RunningApp[]> {
    return this.apps
  }

  createApp(app: object) {
    return this.change('create', app)
  }

  updateApp(id: string, app: object) {
    return this.change(`update ${id}`, app)
  }

  deleteApp(id: string) {
    return this.change(`delete ${id}`)
  }

  async deploymentById(id: string): Promise<{ id: string } | null> {
    return this.running.has(id) ? { id } : null
  }

  async queue(): ReturnType<MarathonApps['queue']> {
    return []
  }

  private async change(call: string, body: object = {}): Promise<{ deploymentId: string }> {
    this.calls.push(call)
    this.bodies.push(body)
    const deploymentId = `d${this.calls.length}`
    this.running.add(deploymentId)
    return { deploymentId }
  }
}

/** An app on host networking with a VIP label on each of these ports. */
export function appWith(id: string, ...labels: (string | { label: string; protocol: string })[]): RunningApp {
  const ports = labels.map((each) => (typeof each === 'string' ? { label: each, protocol: 'tcp' } : each))
  return {
    id,
    instances: 1,
    networks: [{ mode: 'host' }],
    portDefinitions: ports.map(({ label, protocol }, row) => ({
      port: 0,
      protocol,
      labels: { [`VIP_${row}`]: label },
    })),
  }
}
