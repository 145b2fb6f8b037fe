import type { PortedApp } from '../domain/app-ports.js'
import type { DeclaredVip } from '../domain/declared-vips.js'
import type { AppJson } from '../domain/new-app.js'
import { addressOf } from '../domain/vip-address.js'
import type { VipReport } from '../domain/vip-report.js'
import { UserError } from '../shared/errors.js'
import type { MarathonApps, VipSources } from './ports.js'
import { listVips } from './read-vips.js'
import { checkCollisions, checkedVips } from './vip-checks.js'
import { type Waiting, waitForDeployment, whileWaiting } from './wait-for-deployment.js'

/** What a creation gives back; the keys are a contract. */
export interface CreatedVips {
  vips: VipReport[]
  app: string
  deployment: string | null
  /** The first address again. */
  virtual: string
}

/** The cluster, as creating needs it. */
export interface CreatePorts {
  marathon: MarathonApps
  sources: VipSources
}

/** How a creation behaves. */
export interface CreateOptions {
  force: boolean
  /** Null: answer as soon as the cluster has accepted. */
  waiting: Waiting | null
}

/** The load balancer follows a deployment within a few seconds; longer than this is not waited for. */
const SERVED_WITHIN_MS = 30_000
const LOOK_AGAIN_MS = 100

/** Deploys a new app whose definition already carries its VIPs. */
export async function createVips(
  app: AppJson,
  ports: CreatePorts,
  options: CreateOptions,
): Promise<CreatedVips> {
  const declared = await checkedVips(app as PortedApp, ports.sources)
  const others = await ports.marathon.listApps()
  if (others.some((other) => other.id === app.id)) throw appExists(app.id)
  checkCollisions(declared, others, options.force)
  const { deploymentId } = await ports.marathon.createApp(app, { force: options.force })
  const undo = `dcos vip delete ${addressOf(declared[0]!.key)} --with-app`
  return finishCreation(app as PortedApp, declared, { deployment: deploymentId, undo }, ports, options)
}

/** Waits for the deployment where that is wished, and reports the VIPs as the cluster has them then. */
export async function finishCreation(
  app: PortedApp & { instances?: unknown },
  declared: readonly DeclaredVip[],
  { deployment, undo }: { deployment: string | null; undo: string },
  ports: CreatePorts,
  options: CreateOptions,
): Promise<CreatedVips> {
  const { waiting } = options
  const virtual = addressOf(declared[0]!.key)
  const wanted = new Set(declared.map(({ key }) => `${addressOf(key)} ${key.protocol}`))
  const look = async () => {
    const reports = await listVips(ports.sources, { note: () => {} })
    return reports.filter((report) => wanted.has(`${report.address} ${report.protocol}`))
  }
  if (waiting && deployment !== null) {
    const next = [`Look at the VIP: \`dcos vip show ${virtual}\``, `Take it back: \`${undo}\``]
    await waitForDeployment({ deployment, app: app.id, next }, ports.marathon, waiting)
  }
  // Without instances there is nothing that could be served.
  const vips =
    waiting && app.instances !== 0 ? await whenServed(look, wanted.size, app.id, waiting) : await look()
  return { vips, app: app.id, deployment, virtual }
}

/** A VIP that takes longer than the load balancer usually needs is reported as it is. */
function whenServed(
  look: () => Promise<VipReport[]>,
  count: number,
  app: string,
  waiting: Waiting,
): Promise<VipReport[]> {
  const { clock, signal, timeoutSeconds } = waiting
  const limit = clock.now() + Math.min(timeoutSeconds * 1000, SERVED_WITHIN_MS)
  return whileWaiting(app, waiting, async () => {
    for (;;) {
      const reports = await look()
      const served = reports.length >= count && reports.every((report) => report.status !== 'down')
      if (served || clock.now() > limit) return reports
      await clock.sleep(LOOK_AGAIN_MS, signal)
    }
  })
}

function appExists(id: string): UserError {
  return new UserError('E_APP_EXISTS', `The cluster has an app ${id} already.`, {
    next: [
      `Add the VIP to it: \`dcos vip create --app ${id} NAME -p VIP_PORT:CONTAINER_PORT\`.`,
      'Or create another app with --id.',
    ],
  })
}
