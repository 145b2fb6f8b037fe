import { type AppJson, newApp } from '../domain/new-app.js'
import { type AddedVips, addVipsToApp, previewAddedVips } from './add-vips.js'
import { type CreateWords, newAppOf, publishOf, vipLabelOf } from './create-request.js'
import { type CreatedVips, type CreateOptions, type CreatePorts, createVips } from './create-vip.js'
import type { MarathonApps, Progress } from './ports.js'
import { validDefinition } from './validate-files.js'

/** What `vip create` is to do, checked as far as that goes without a cluster. */
export type CreateOrder = { kind: 'app'; app: AppJson } | { kind: 'addition'; wish: AddedVips }

/** A new app, made from words. */
export function newAppOrder(words: CreateWords): CreateOrder {
  const app = newApp(newAppOf(words))
  validDefinition(null, JSON.stringify(app))
  return { kind: 'app', app }
}

/** VIPs for an app that runs; they are named after it when no name is given. */
export function additionOrder(
  id: string,
  { name, publish, ip }: { name?: string; publish: string[]; ip?: string },
): CreateOrder {
  const app = `/${id.replace(/^\/+|\/+$/g, '')}`
  return { kind: 'addition', wish: { app, label: vipLabelOf(name ?? app, ip), publish: publishOf(publish) } }
}

/** The definition that would be sent; an app that runs is asked for, anything else needs no cluster. */
export async function previewOf(order: CreateOrder, marathon: () => Promise<MarathonApps>): Promise<object> {
  return order.kind === 'app' ? order.app : previewAddedVips(order.wish, await marathon())
}

/** Does what was ordered. */
export function carryOut(
  order: CreateOrder,
  ports: CreatePorts,
  options: CreateOptions,
  progress: Progress,
): Promise<CreatedVips> {
  return order.kind === 'app'
    ? createVips(order.app, ports, options)
    : addVipsToApp(order.wish, ports, options, progress)
}
