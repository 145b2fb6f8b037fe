import type { NormalizedApp } from '../../../definitions/app.js'
import { effectivePorts, networkMode, protocolsOf } from '../../../domain/app-ports.js'
import { MARATHON_FRAMEWORK } from '../../../domain/vip-name.js'
import type { DiscoveryPort, VipTask } from '../../../domain/vip-table.js'
import { type AgentIdentity, type Instance, isActive, mesosState } from './model.js'

/**
 * The ports of a task as Mesos announces them: one entry per protocol, the declared labels copied
 * and `network-scope` added in container networks, where a port without a host port is announced by
 * its container port. `assigned` are the effective ports in order, `hostPorts` which of them are the
 * agent's. Source: Marathon 1.11, `mesos/PortDiscovery.scala`.
 */
export function discoveryPorts(app: NormalizedApp, assigned: readonly number[]): DiscoveryPort[] {
  const mode = networkMode(app)
  return effectivePorts(app).flatMap(({ port, index }) => {
    const number = assigned[index] ?? 0
    const declared = Object.entries(port.labels ?? {})
    const base = { number, ...(port.name === undefined ? {} : { name: port.name }) }
    const own = app.container?.portMappings?.[index]?.networkNames
    const networks = own?.length ? own : containerNetworks(app)
    return protocolsOf(port).flatMap((protocol): DiscoveryPort[] => {
      if (mode === 'host') return [{ ...base, protocol, labels: declared }]
      if (mode === 'container/bridge' || typeof port.hostPort === 'number')
        return [{ ...base, protocol, labels: [...declared, ['network-scope', 'host']] }]
      return networks.map((network) => ({
        ...base,
        protocol,
        labels: [...declared, ['network-scope', 'container'], ['network-name', network]],
      }))
    })
  })
}

/** An instance's task as the load balancer, DNS and `/mesos/state` see it; null while it has none alive. */
export function vipTaskOf(instance: Instance, agent: AgentIdentity): VipTask | null {
  if (!instance.task || !isActive(instance)) return null
  return {
    id: instance.task.id,
    framework: MARATHON_FRAMEWORK,
    app: instance.app.id,
    state: mesosState(instance.condition),
    healthy: instance.task.healthy,
    hasHealthCheck: (instance.app.healthChecks ?? []).some((check) => isMesosLevel(check.protocol)),
    agentIp: agent.ip,
    // Tasks are plain processes of this machine, so their address is the agent's in every network mode.
    ips: [agent.ip],
    ports: discoveryPorts(instance.app, instance.task.ports),
    labels: Object.entries(instance.app.labels),
    hostPorts: instance.task.hostPorts,
  }
}

/** Checks that Mesos runs and the load balancer sees; Marathon's own HTTP, HTTPS and TCP checks are invisible to it. */
export function isMesosLevel(protocol: string | undefined): boolean {
  return protocol === 'COMMAND' || (protocol ?? '').startsWith('MESOS_')
}

function containerNetworks(app: NormalizedApp): string[] {
  return (app.networks ?? []).map((network) => network.name ?? '')
}
