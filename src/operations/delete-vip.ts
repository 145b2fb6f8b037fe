import { protocolsOf } from '../domain/app-ports.js'
import { type DeclaredVip, declaredVips } from '../domain/declared-vips.js'
import { removeVips } from '../domain/edit-app.js'
import type { Protocol, VipKey } from '../domain/vip.js'
import { type AddressQuery, addressOf, matchesAddress } from '../domain/vip-address.js'
import { vipLabelText } from '../domain/vip-label.js'
import { vipKeyText } from '../domain/vip-table.js'
import { UsageError, UserError } from '../shared/errors.js'
import { keptByHand } from './add-vips.js'
import type { MarathonApps, RunningApp, VipSources } from './ports.js'
import { ambiguous, findVips, labelOfAddress, listVips, vipNotFound } from './read-vips.js'
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
  /** Both where one label stands for both. */
  protocols: Protocol[]
  keys: VipKey[]
  apps: RunningApp[]
  /** Addresses, with the protocol, of the other VIPs that these apps declare. */
  others: string[]
}

/**
 * Finds what an address means before anything is touched. Refused: an address of several VIPs, and one
 * protocol of a label that stands for both.
 */
export async function findDoomedVip(
  address: string,
  query: AddressQuery,
  ports: { marathon: MarathonApps; sources: VipSources },
  { withApp }: { withApp: boolean },
): Promise<DoomedVip> {
  const apps = await ports.marathon.listApps()
  const declared = apps.flatMap((app) => declaredVips(app))
  const fitting = declared.filter(({ key }) => matchesAddress(key, query))
  const exact = fitting.filter(({ key }) => vipLabelText(key) === labelOfAddress(address))
  const meant = exact.length > 0 ? exact : fitting
  if (meant.length === 0) throw await undeclared(address, query, ports.sources)
  const keys = [...new Map(meant.map(({ key }) => [vipKeyText(key), key])).values()]
  if (keys.length > 1 && !meant.every((vip) => standsForAll(vip, keys)))
    throw ambiguous(
      address,
      keys.map((key) => `${vipLabelText(key)}/${key.protocol}`),
    )
  const owners = new Set(meant.map(({ app }) => app))
  const doomed = new Set(keys.map(vipKeyText))
  const others = declared.filter(({ app, key }) => owners.has(app) && !doomed.has(vipKeyText(key)))
  const found = {
    address: addressOf(keys[0]!),
    protocols: keys.map((key) => key.protocol).sort(),
    keys,
    apps: apps.filter((app) => owners.has(app.id)),
    others: [...new Set(others.map(({ key }) => `${addressOf(key)}/${key.protocol}`))],
  }
  if (!withApp) refuseHalfLabels(found)
  return found
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
    if (options.waiting) {
      const change = { deployment: deploymentId, app: app.id, next: ['`dcos vip list` shows what is left.'] }
      await waitForDeployment(change, marathon, options.waiting)
    }
  }
  return {
    address: doomed.address,
    apps: doomed.apps.map((app) => app.id),
    removedApps: options.withApp,
    deployments,
  }
}

/** Whether this one label makes all of these VIPs: the same text on a port with both protocols. */
function standsForAll({ key, place }: DeclaredVip, keys: readonly VipKey[]): boolean {
  return keys.every(
    (other) => vipLabelText(other) === vipLabelText(key) && protocolsOf(place.port).includes(other.protocol),
  )
}

function refuseHalfLabels({ apps, keys, address }: DoomedVip): void {
  const gone = new Set(keys.map(vipKeyText))
  for (const { key, place, app } of apps.flatMap((app) => declaredVips(app))) {
    const kept = protocolsOf(place.port).find((protocol) => !gone.has(vipKeyText({ ...key, protocol })))
    if (!gone.has(vipKeyText(key)) || kept === undefined) continue
    throw new UsageError(
      `One label of ${app} makes ${address} for both protocols: it cannot go for ${key.protocol} and stay for ${kept}.`,
      [`Delete both: dcos vip delete ${address}`],
      'E_SHARED_LABEL',
    )
  }
}

/** A VIP of an SDK service is declared by no app of Marathon's; its scheduler owns it. */
async function undeclared(address: string, query: AddressQuery, sources: VipSources): Promise<UserError> {
  const reports = await listVips(sources, { note: () => {} })
  const [found] = findVips(address, query, reports)
  if (!found) return vipNotFound(address, query, reports)
  const owner = found.framework === null ? 'a service' : `the service ${found.framework}`
  return new UserError(
    'E_VIP_NOT_OURS',
    `${found.address} is declared by ${owner}, not by an app of Marathon.`,
    {
      next: ["Change it in that service's own configuration."],
    },
  )
}
