import { effectivePorts, networkMode } from '../domain/app-ports.js'
import { declaredVips } from '../domain/declared-vips.js'
import { type AppEdit, addVips } from '../domain/edit-app.js'
import type { Publish } from '../domain/publish.js'
import { addressOf } from '../domain/vip-address.js'
import { vipKeyText } from '../domain/vip-table.js'
import { UserError } from '../shared/errors.js'
import { type CreatedVips, type CreateOptions, type CreatePorts, finishCreation } from './create-vip.js'
import type { MarathonApps, Progress, RunningApp } from './ports.js'
import { checkCollisions, checkedVips } from './vip-checks.js'

/** VIPs to be added to an app that runs. */
export interface AddedVips {
  app: string
  /** Text before the port in the labels. */
  label: string
  publish: readonly Publish[]
}

/** Adds VIPs to an app that runs; its tasks are restarted, since a label is part of the configuration. */
export async function addVipsToApp(
  wish: AddedVips,
  ports: CreatePorts,
  options: CreateOptions,
  progress: Progress,
): Promise<CreatedVips> {
  const { app, edit } = await editedApp(wish, ports.marathon)
  const before = new Set(declaredVips(app).map((vip) => vipKeyText(vip.key)))
  const declared = await checkedVips({ ...app, ...edit }, ports.sources)
  const added = declared.filter((vip) => !before.has(vipKeyText(vip.key)))
  if (added.length === 0)
    throw new UserError('E_VIP_EXISTS', `${app.id} has this VIP already.`, {
      next: ['Look at it with `dcos vip show`.'],
    })
  checkCollisions(added, await ports.marathon.listApps(), options.force)
  progress.note(`Adding the VIP restarts the tasks of ${app.id}: a label is part of an app's configuration.`)
  tellNewPorts(app, edit, progress)
  const { deploymentId } = await ports.marathon.updateApp(
    app.id,
    { ...edit, ...keptByHand(app) },
    { force: options.force, partial: true },
  )
  const undo = `dcos vip delete ${addressOf(added[0]!.key)}`
  return finishCreation(app, added, { deployment: deploymentId, undo }, ports, options)
}

/** The part of the definition that `addVipsToApp` would change, under the app's id. */
export async function previewAddedVips(wish: AddedVips, marathon: MarathonApps): Promise<object> {
  const { app, edit } = await editedApp(wish, marathon)
  return { id: app.id, ...edit }
}

/** Marathon drops these from an app when a partial update leaves them out (1.10 and newer). */
export function keptByHand(app: RunningApp): object {
  const { executorResources, resourceLimits } = app
  return {
    ...(executorResources === undefined ? {} : { executorResources }),
    ...(resourceLimits === undefined ? {} : { resourceLimits }),
  }
}

async function editedApp(
  { app: id, label, publish }: AddedVips,
  marathon: MarathonApps,
): Promise<{ app: RunningApp; edit: AppEdit }> {
  const app = await marathon.getApp(id)
  if (app) return { app, edit: addVips(app, label, publish) }
  const ids = (await marathon.listApps()).map((other) => other.id).sort()
  throw new UserError('E_APP_NOT_FOUND', `The cluster has no app ${id}.`, {
    next: [ids.length === 0 ? 'It runs no app at all.' : `Its apps: ${someOf(ids)}.`],
  })
}

/** A VIP that fits no port of the app gets one of its own, on which nothing listens yet. */
function tellNewPorts(app: RunningApp, edit: AppEdit, progress: Progress): void {
  const first = effectivePorts(app).length
  const assigned = networkMode(app) !== 'container'
  for (const { index, port } of effectivePorts({ ...app, ...edit }).slice(first)) {
    const where = assigned ? `$PORT${index}` : `port ${port.containerPort}`
    progress.note(`The app gets a new port for it: its program has to listen on ${where}.`)
  }
}

/** A list for a message, cut where it gets long. */
function someOf(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ')
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown
}
