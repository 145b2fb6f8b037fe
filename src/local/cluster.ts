import { clearTimeout, setTimeout } from 'node:timers'
import type { Clock } from '../shared/clock.js'
import { messageOf } from '../shared/errors.js'
import type { ClusterPart } from './kit/part.js'
import { processIdentity } from './kit/processes.js'
import { AgentPart } from './parts/agent/agent.js'
import { DnsPart } from './parts/dns/dns-part.js'
import { loopbackOf } from './parts/l4lb/bind-address.js'
import { L4lbPart } from './parts/l4lb/l4lb-part.js'
import { UserspaceEngine } from './parts/l4lb/userspace-engine.js'
import { MarathonPart } from './parts/marathon/index.js'
import { RouterPart } from './parts/router/index.js'
import { StorePart } from './parts/store/index.js'
import { serviceTarget } from './service-registry.js'
import {
  folderError,
  loadIdentity,
  localPaths,
  type RunningCluster,
  removeRunning,
  writeRunning,
} from './state-files.js'
import { VipDirectory } from './vip-directory.js'

const HOST = '127.0.0.1'

/** How a cluster is started. */
export interface LocalClusterOptions {
  /** The state goes below `<dcosDir>/local`. */
  dcosDir: string
  /** Port of Admin Router; 0 = any free. */
  port: number
  /** Port of DNS; 0 = any free. */
  dnsPort: number
  /** Version of this program. */
  version: string
  env: Record<string, string | undefined>
  /** First and last host port that tasks are given; without it Mesos' default. */
  portRange?: [number, number]
  clock: Clock
  log: (line: string) => void
}

/** A cluster that runs in this process. */
export interface LocalCluster {
  readonly running: RunningCluster
  /** Ends every task and every part. */
  stop(): Promise<void>
}

/**
 * Starts the embedded cluster: store, agent, load balancer, Marathon, DNS, router, in this order, and
 * carries what happens from one to the other. When a part cannot start, those before it are stopped.
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { clock, log } = options
  const paths = localPaths(options.dcosDir)
  const identity = loadIdentity(paths)
  const frameworkId = `${identity.clusterId}-0000`
  const machine = { id: `${identity.clusterId}-S0`, host: HOST, ip: HOST }
  const bootedAt = clock.now()
  const startedAt = new Date(bootedAt).toISOString()

  const store = new StorePart(paths.store)
  const agent = new AgentPart({
    dir: paths.agent,
    hostsFile: paths.hosts,
    clock,
    env: options.env,
    ...(options.portRange ? { portRange: options.portRange } : {}),
    log,
    onUpdate: (update) => marathon.taskUpdate(update),
  })
  const l4lb = new L4lbPart(new UserspaceEngine(), clock)
  const refreshSoon = coalesce(() => void directory?.refresh())
  const marathon = new MarathonPart({
    store,
    runner: agent,
    agent: machine,
    frameworkId,
    clock,
    log,
    onChange: refreshSoon,
  })
  let directory: VipDirectory | undefined
  const dns = new DnsPart({
    host: HOST,
    port: options.dnsPort,
    clusterId: identity.clusterId,
    records: () => directory?.records() ?? { vips: new Map(), tasks: new Map() },
  })
  const parts: ClusterPart[] = []
  const router = new RouterPart({
    host: HOST,
    port: options.port,
    token: identity.token,
    log,
    sources: {
      clusterId: identity.clusterId,
      clusterName: 'local',
      frameworkId,
      agent: machine,
      version: options.version,
      now: () => clock.now(),
      startedAt: bootedAt,
      tasks: () => marathon.vipTasks(),
      table: () => directory?.table() ?? [],
      addresses: () => directory?.addresses() ?? [],
      localVips: () => directory?.localVips() ?? [],
      parts: () => parts.map((part) => ({ name: part.name, ...part.health() })),
      serviceTarget: (path) => serviceTarget(path, marathon.instances(), HOST),
      marathon: (server) => marathon.routes(server),
      status: () => ({
        clusterId: identity.clusterId,
        version: options.version,
        startedAt,
        names: agent.names,
      }),
    },
  })

  const start = async (part: ClusterPart) => {
    // A part that fails to start may hold something already, so it is stopped with the others.
    parts.push(part)
    await part.start()
  }
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      refreshSoon.cancel()
      removeRunning(paths)
      // The load balancer goes on until the last task has ended, so that open connections can finish.
      for (const part of parts.reverse())
        await part.stop().catch((error) => log(`${part.name} did not stop cleanly: ${messageOf(error)}`))
    })()
    return stopped
  }
  try {
    await start(store)
    directory = new VipDirectory(
      store.collection('vips'),
      {
        sync: (frontends) => l4lb.sync(frontends),
        reachable: (id) => l4lb.reachable(id),
        problem: (id) => l4lb.problem(id),
        home: loopbackOf,
      },
      { tasks: () => marathon.vipTasks(), apps: () => marathon.apps() },
      (names) => agent.setNames(names),
      log,
    )
    directory.restore()
    await start(l4lb)
    await start(dns)
    await start(agent)
    await start(marathon)
    await start(router)
    const running: RunningCluster = {
      clusterId: identity.clusterId,
      pid: process.pid,
      pidIdentity: await processIdentity(process.pid),
      url: `http://${HOST}:${router.port}`,
      dns: `${HOST}:${dns.address?.port}`,
      engine: 'userspace',
      version: options.version,
      startedAt,
    }
    writeRunning(paths, running)
    return { running, stop }
  } catch (error) {
    await stop()
    throw folderError(error, paths.dir)
  }
}

/** Calls made within one turn of the event loop become one. */
function coalesce(work: () => void): (() => void) & { cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  let cancelled = false
  const call = () => {
    if (cancelled) return
    timer ??= setTimeout(() => {
      timer = undefined
      work()
    }, 0)
  }
  const cancel = () => {
    cancelled = true
    clearTimeout(timer)
  }
  return Object.assign(call, { cancel })
}
