import type { NormalizedApp } from '../../../definitions/app.js'
import { networkMode } from '../../../domain/app-ports.js'
import type { Collection, Store } from '../../kit/store.js'
import { ApiError } from './api/errors.js'

/** Versions kept per app, as Marathon's `zk_max_versions` does on DC/OS. */
const MAX_VERSIONS = 50
/** Service ports are handed out from here, lowest free first. Source: `local_port_min/max` of DC/OS. */
const SERVICE_PORTS = { min: 10000, max: 20000 }

/** The apps of the cluster and their earlier versions, in memory and in the store. */
export class Apps {
  private readonly current: Collection<NormalizedApp>
  private readonly versions: Collection<NormalizedApp>
  private readonly byId = new Map<string, NormalizedApp>()

  /** `onChange` is called after every change. */
  constructor(
    private readonly store: Store,
    private readonly onChange: () => void,
  ) {
    this.current = store.collection<NormalizedApp>('apps')
    this.versions = store.collection<NormalizedApp>('app-versions')
  }

  restore(): void {
    for (const [id, app] of this.current.entries()) this.byId.set(id, app)
  }

  get(id: string): NormalizedApp | undefined {
    return this.byId.get(id)
  }

  list(): NormalizedApp[] {
    return [...this.byId.values()]
  }

  /** Timestamps of an app's versions, newest first. */
  versionsOf(id: string): string[] {
    return this.versionKeys(id).map((key) => key.slice(id.length + 1))
  }

  version(id: string, version: string): NormalizedApp | undefined {
    return this.versions.get(`${id}\n${version}`)
  }

  /**
   * Writes changed (or, with null, deleted) apps and whatever belongs to the same change, all or nothing;
   * memory follows only when the disk has it.
   */
  write(changes: { app: string; after: NormalizedApp | null }[], alongside: () => void): void {
    this.store.together(() => {
      for (const { app, after } of changes) {
        if (after === null) {
          this.current.remove(app)
          for (const key of this.versionKeys(app)) this.versions.remove(key)
          continue
        }
        this.current.put(app, after)
        this.versions.put(`${app}\n${after.version}`, after)
        for (const key of this.versionKeys(app).slice(MAX_VERSIONS)) this.versions.remove(key)
      }
      alongside()
    })
    for (const { app, after } of changes) {
      if (after === null) this.byId.delete(app)
      else this.byId.set(app, after)
    }
    this.onChange()
  }

  /**
   * Gives every service port 0 a number: first those the app had before, then the lowest that no app
   * uses, nor one of the `others` that belong to the same change. Throws when the range is used up.
   * Source: Marathon 1.11, `core/group/impl/AssignDynamicServiceLogic.scala`.
   */
  assignServicePorts(app: NormalizedApp, others: readonly NormalizedApp[]): NormalizedApp {
    const wanted = servicePortsOf(app)
    if (!wanted.includes(0)) return app
    const before = this.byId.get(app.id)
    const reusable = (before ? servicePortsOf(before) : []).filter(
      (port) => port >= SERVICE_PORTS.min && port <= SERVICE_PORTS.max && !wanted.includes(port),
    )
    const used = new Set([...[...this.list(), ...others].flatMap(servicePortsOf), ...wanted])
    let next = SERVICE_PORTS.min
    const take = (): number => {
      const known = reusable.shift()
      if (known !== undefined) return known
      while (used.has(next)) next++
      if (next > SERVICE_PORTS.max)
        throw new ApiError(500, { message: 'All ports in the range [10000-20000) are already in use' })
      used.add(next)
      return next
    }
    return withServicePorts(
      app,
      wanted.map((port) => (port === 0 ? take() : port)),
    )
  }

  /** Newest first: timestamps sort as text. */
  private versionKeys(id: string): string[] {
    return this.versions.keysUnder(`${id}\n`).reverse()
  }
}

function servicePortsOf(app: NormalizedApp): number[] {
  return networkMode(app) === 'host'
    ? (app.portDefinitions ?? []).map((definition) => definition.port ?? 0)
    : (app.container?.portMappings ?? []).map((mapping) => mapping.servicePort ?? 0)
}

function withServicePorts(app: NormalizedApp, ports: number[]): NormalizedApp {
  if (networkMode(app) === 'host') {
    const portDefinitions = app.portDefinitions?.map((definition, i) => ({ ...definition, port: ports[i]! }))
    return { ...app, portDefinitions }
  }
  const portMappings = app.container?.portMappings?.map((mapping, i) => ({
    ...mapping,
    servicePort: ports[i]!,
  }))
  return { ...app, container: { ...app.container!, portMappings } }
}
