import { declaredVips } from '../domain/declared-vips.js'
import { removeVips } from '../domain/edit-app.js'
import type { VipKey } from '../domain/vip.js'
import { addressOf, matchesAddress } from '../domain/vip-address.js'
import { vipLabelText } from '../domain/vip-label.js'
import { UserError } from '../shared/errors.js'
import { keptByHand } from './create-vip.js'
import type { MarathonApps, RunningApp, VipSources } from './ports.js'
import { findVips, listVips, readAddress, vipNotFound } from './read-vips.js'
import { type Waiting, waitForDeployment } from './wait-for-deployment.js'

/** What a deletion gives back. */
export interface DeletedVip {
  address: string
  /** Apps that lost the label, or that were removed. */
  apps: string[]
  removedApps: boolean
  deployments: string[]
}

/** A VIP that is to go, and the apps that declare it. */
export interface DoomedVip {
  address: string
  keys: VipKey[]
  apps: RunningApp[]
}

/** Finds what an address means before anything is touched. */
export async function findDoomedVip(
  address: string,
  ports: { marathon: MarathonApps; sources: VipSources },
): Promise<DoomedVip> {
  const query = readAddress(address)
  const apps = await ports.marathon.listApps()
  const declared = apps.flatMap((app) => declaredVips(app)).filter(({ key }) => matchesAddress(key, query))
  const typed = address.trim().replace(/\/(tcp|udp)$/i, '')
  const exact = declared.filter(({ key }) => vipLabelText(key) === typed)
  const meant = exact.length > 0 ? exact : declared
  if (meant.length === 0) throw await undeclared(address, ports.sources)
  const owners = new Set(meant.map(({ app }) => app))
  return {
    address: addressOf(meant[0]!.key),
    keys: meant.map(({ key }) => key),
    apps: apps.filter((app) => owners.has(app.id)),
  }
}

/** Takes the VIP's labels off its apps (their tasks restart), or removes the apps with all they have. */
export async function deleteVip(
  doomed: DoomedVip,
  marathon: MarathonApps,
  options: { withApp: boolean; force: boolean; waiting: Waiting | null },
): Promise<DeletedVip> {
  const deployments: string[] = []
  for (const app of doomed.apps) {
    const { deploymentId } = options.withApp
      ? await marathon.deleteApp(app.id, { force: options.force })
      : await marathon.updateApp(
          app.id,
          { ...removeVips(app, doomed.keys), ...keptByHand(app) },
          { force: options.force, partial: true },
        )
    if (deploymentId === null) continue
    deployments.push(deploymentId)
    if (options.waiting) await waitForDeployment(deploymentId, app.id, marathon, options.waiting)
  }
  return {
    address: doomed.address,
    apps: doomed.apps.map((app) => app.id),
    removedApps: options.withApp,
    deployments,
  }
}

/** A VIP of an SDK service is declared by no app of Marathon's; its scheduler owns it. */
async function undeclared(address: string, sources: VipSources): Promise<UserError> {
  const [found] = findVips(address, await listVips(sources, { note: () => {} }))
  if (!found) return vipNotFound(address)
  const owner = found.framework === null ? 'a service' : `the service ${found.framework}`
  return new UserError(
    'E_VIP_NOT_OURS',
    `${found.address} is declared by ${owner}, not by an app of Marathon.`,
    {
      next: ["Change it in that service's own configuration."],
    },
  )
}
