import type { DeletedVip, DoomedVip } from '../operations/delete-vip.js'

/** What `vip delete` is about to do. */
export function deletionText(doomed: DoomedVip, withApp: boolean): string {
  const apps = doomed.apps.map((app) => app.id).join(', ')
  if (!withApp) return `Deleting ${name(doomed)} restarts the tasks of ${apps}.`
  const others = doomed.others.length > 0 ? ` and with ${them(doomed)} ${doomed.others.join(', ')}` : ''
  return `Deleting ${name(doomed)} removes ${apps}${others}.`
}

/** `vip delete`, when it is done. */
export function deletedVip(deleted: DeletedVip, doomed: DoomedVip): string {
  const apps = deleted.apps.join(', ')
  return deleted.removedApps
    ? `${name(doomed)} is gone, and so is ${apps}.`
    : `${name(doomed)} is gone from ${apps}.`
}

function name({ address, protocols }: DoomedVip): string {
  if (protocols.length > 1) return `${address} (${protocols.join(' and ')})`
  return protocols[0] === 'udp' ? `${address}/udp` : address
}

function them({ apps }: DoomedVip): string {
  return apps.length > 1 ? 'them' : 'it'
}
