import type { PortedApp } from '../domain/app-ports.js'
import { addVips } from '../domain/edit-app.js'
import type { AppJson } from '../domain/new-app.js'
import { EXIT, UserError } from '../shared/errors.js'
import { publishOf, vipLabelOf } from './create-request.js'
import { validDefinition } from './validate-files.js'

/** The VIP that is to be added to a file's definition; nothing named and nothing published adds none. */
export interface AddedVip {
  name: string | undefined
  publish: string[]
  ip: string | undefined
}

/** The app of a file as it will be sent: its own keys and order, the VIP added where one is asked for. */
export function definitionFromFile(file: string, text: Uint8Array, added: AddedVip): AppJson {
  const { kind, value } = validDefinition(file, text)
  if (kind !== 'app')
    throw new UserError('E_NOT_AN_APP', `${file} defines a ${kind}; this command deploys apps.`, {
      next: ['Give the definition of one app.'],
      exitCode: EXIT.invalid,
    })
  const app = { ...(value as AppJson) }
  app.id = `/${app.id.replace(/^\/+|\/+$/g, '')}`
  if (added.name === undefined && added.publish.length === 0) return app
  const label = vipLabelOf(added.name ?? app.id, added.ip)
  const whole = { ...app, ...addVips(app as PortedApp, label, publishOf(added.publish)) }
  validDefinition(`${file} with the VIP added`, JSON.stringify(whole))
  return whole
}
