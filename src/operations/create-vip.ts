import type { PortedApp } from '../domain/app-ports.js'
import { type DeclaredVip, declaredVips, sharedVips } from '../domain/declared-vips.js'
import { addVips } from '../domain/edit-app.js'
import { ipVipProblem } from '../domain/ip-vip.js'
import type { MesosStateJson } from '../domain/mesos-state.js'
import type { AppJson } from '../domain/new-app.js'
import type { Publish } from '../domain/publish.js'
import { addressOf } from '../domain/vip-address.js'
import { isResolvable, vipHostname } from '../domain/vip-name.js'
import type { VipReport } from '../domain/vip-report.js'
import { vipKeyText } from '../domain/vip-table.js'
import { EXIT, UserError } from '../shared/errors.js'
import type { MarathonApps, RunningApp, VipSources } from './ports.js'
import { listVips } from './read-vips.js'
import { type Waiting, waitForDeployment } from './wait-for-deployment.js'

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

/** Deploys a new app whose definition already carries its VIPs. */
export async function createVips(
  app: AppJson,
  ports: CreatePorts,
  options: CreateOptions,
): Promise<CreatedVips> {
  const definition = app as PortedApp & AppJson
  const declared = checkedVips(definition)
  const others = await ports.marathon.listApps()
  if (others.some((other) => other.id === app.id)) throw appExists(app.id)
  checkCollisions(definition, others, options.force)
  const { deploymentId } = await ports.marathon.createApp(app, { force: options.force })
  return finish(app.id, declared, deploymentId, ports, options)
}

/** Adds VIPs to an app that runs; its tasks are restarted, since a label is part of the configuration. */
export async function addVipsToApp(
  id: string,
  label: string,
  publish: readonly Publish[],
  ports: CreatePorts,
  options: CreateOptions,
): Promise<CreatedVips> {
  const app = await ports.marathon.getApp(id)
  if (!app) throw appUnknown(id)
  const edit = addVips(app, label, publish)
  const changed = { ...app, ...edit }
  const before = new Set(declaredVips(app).map((vip) => vipKeyText(vip.key)))
  const added = checkedVips(changed).filter((vip) => !before.has(vipKeyText(vip.key)))
  if (added.length === 0)
    throw new UserError('E_VIP_EXISTS', `${id} has this VIP already.`, {
      next: ['Look at it with `dcos vip show`.'],
    })
  checkCollisions(changed, await ports.marathon.listApps(), options.force)
  const { deploymentId } = await ports.marathon.updateApp(
    id,
    { ...edit, ...keptByHand(app) },
    { force: options.force, partial: true },
  )
  return finish(id, added, deploymentId, ports, options)
}

/** The definition that `addVipsToApp` would send. */
export async function previewVipsOnApp(
  id: string,
  label: string,
  publish: readonly Publish[],
  marathon: MarathonApps,
): Promise<object> {
  const app = await marathon.getApp(id)
  if (!app) throw appUnknown(id)
  return { id, ...addVips(app, label, publish) }
}

/** Marathon drops these from an app when a partial update leaves them out (1.10 and newer). */
export function keptByHand(app: RunningApp): object {
  const { executorResources, resourceLimits } = app
  return {
    ...(executorResources === undefined ? {} : { executorResources }),
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  }
}

/** The refusal for an app id that the cluster does not know. */
export function appUnknown(id: string): UserError {
  return new UserError('E_APP_NOT_FOUND', `The cluster has no app ${id}.`, {
    next: ['`dcos vip list` names the apps that have VIPs.'],
  })
}

/** The VIPs of a definition; refuses one without any, and VIPs that could never work. */
export function checkedVips(app: PortedApp): DeclaredVip[] {
  const declared = declaredVips(app)
  if (declared.length === 0)
    throw invalid('E_NO_VIP', `The definition of ${app.id} declares no VIP that the cluster would read.`, [
      'Add one: `dcos vip create --file APP.json NAME -p VIP_PORT:CONTAINER_PORT`.',
      '`dcos vip validate APP.json` tells what is wrong with labels that are there.',
    ])
  for (const { key } of declared) {
    if (key.kind === 'ip') {
      const problem = ipVipProblem(key.ip)
      if (problem) throw invalid('E_IP_VIP_TAKEN', `${key.ip} cannot be an IP VIP: it ${problem}.`, IP_ADVICE)
    } else if (!isResolvable(vipHostname(key.label, key.framework)))
      throw invalid(
        'E_VIP_NAME',
        `The name '${key.label}' gives ${vipHostname(key.label, key.framework)}, which DNS cannot carry.`,
        ['A name needs a letter or digit between its dots; at most 253 characters in all.'],
      )
    if (key.port > 65535)
      throw invalid('E_VIP_PORT', `A VIP port cannot be over 65535: ${addressOf(key)}.`, [])
  }
  return declared
}

/** Refuses what DC/OS would accept and nobody would want: merged VIPs and two spellings of one name. */
export function checkCollisions(app: PortedApp, others: readonly PortedApp[], force: boolean): void {
  if (force) return
  const [shared] = sharedVips(app, others)
  if (shared)
    throw invalid('E_VIP_TAKEN', `${addressOf(shared.key)} belongs to ${shared.apps.join(', ')} already.`, [
      'DC/OS would unite the backends of both apps without a word.',
      'Choose another name or port, or unite them on purpose with --force.',
    ])
  const mine = declaredVips(app)
  for (const other of others.flatMap((candidate) =>
    candidate.id === app.id ? [] : declaredVips(candidate),
  )) {
    if (other.key.kind !== 'named') continue
    const { label, framework } = other.key
    const twin = mine.find(
      ({ key }) =>
        key.kind === 'named' &&
        key.label !== label &&
        vipHostname(key.label, key.framework) === vipHostname(label, framework),
    )
    if (twin?.key.kind === 'named')
      throw invalid(
        'E_VIP_SPELLING',
        `'${twin.key.label}' and '${label}' of ${other.app} share the name ${vipHostname(label, framework)} but not an address.`,
        [`Clients would be refused half of the time. Write '${label}', or choose another name.`],
      )
  }
}

/** Addresses of the cluster's machines, which no IP VIP may be. */
export function nodeAddresses(state: MesosStateJson | null): Set<string> {
  return new Set((state?.slaves ?? []).flatMap((agent) => agent.hostname ?? []))
}

const IP_ADVICE = [
  'Choose a private address that nothing else in the network uses, such as 10.254.0.1, or leave --ip out for a named VIP.',
]

async function finish(
  app: string,
  declared: readonly DeclaredVip[],
  deployment: string | null,
  ports: CreatePorts,
  options: CreateOptions,
): Promise<CreatedVips> {
  if (options.waiting && deployment !== null)
    await waitForDeployment(deployment, app, ports.marathon, options.waiting)
  const wanted = new Set(declared.map(({ key }) => `${addressOf(key)} ${key.protocol}`))
  const vips = options.waiting
    ? await whenServed(wanted, ports, options.waiting)
    : reportsOf(wanted, await listVips(ports.sources, { note: () => {} }))
  return { vips, app, deployment, virtual: addressOf(declared[0]!.key) }
}

/** The load balancer follows a deployment within a few seconds; a VIP that takes longer is shown as it is. */
async function whenServed(wanted: Set<string>, ports: CreatePorts, waiting: Waiting): Promise<VipReport[]> {
  const limit = waiting.clock.now() + Math.min(waiting.timeoutSeconds, 30) * 1000
  for (;;) {
    const reports = reportsOf(wanted, await listVips(ports.sources, { note: () => {} }))
    const served = reports.length >= wanted.size && reports.every((report) => report.status !== 'down')
    if (served || waiting.clock.now() > limit) return reports
    await waiting.clock.sleep(100, waiting.signal)
  }
}

function reportsOf(wanted: Set<string>, reports: VipReport[]): VipReport[] {
  return reports.filter((report) => wanted.has(`${report.address} ${report.protocol}`))
}

function appExists(id: string): UserError {
  return new UserError('E_APP_EXISTS', `The cluster has an app ${id} already.`, {
    next: [
      `Add the VIP to it: \`dcos vip create --app ${id} NAME -p VIP_PORT:CONTAINER_PORT\`.`,
      'Or create another app with --id.',
    ],
  })
}

function invalid(code: string, message: string, next: string[]): UserError {
  return new UserError(code, message, { next, exitCode: EXIT.invalid })
}
