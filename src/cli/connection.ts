import type { Http } from '../clients/http.js'
import type { Marathon } from '../clients/marathon.js'
import type { ClusterTarget } from '../config/settings.js'
import type { VipSources } from '../operations/ports.js'
import type { EndpointPorts } from '../operations/read-endpoints.js'
import type { Environment } from './environment.js'

/** A cluster to work with, everything loaded late. */
export interface Connection {
  target: ClusterTarget
  http: Http
  marathon: Marathon
  sources: VipSources
  services: EndpointPorts
}

/** Opens the cluster that flags, environment and files mean; nothing is sent yet. */
export async function connect(
  environment: Environment,
  version: string,
  flags: { cluster?: string; verbose?: boolean },
): Promise<Connection> {
  const [{ resolveCluster }, { createHttp }, { createMarathon }, { readMesosState }, net, local] =
    await Promise.all([
      import('../config/settings.js'),
      import('../clients/http.js'),
      import('../clients/marathon.js'),
      import('../clients/mesos.js'),
      import('../clients/net.js'),
      import('../clients/local.js'),
    ])
  const target = await resolveCluster(environment.env, flags, environment.cwd)
  const log = flags.verbose ? (line: string) => void environment.stderr.write(`${line}\n`) : undefined
  const http = createHttp(target, { signal: environment.signal, version, ...(log ? { log } : {}) })
  const marathon = createMarathon(http, target.marathonUrl)
  const sources: VipSources = {
    listApps: () => marathon.listApps(),
    mesosState: () => readMesosState(http, target.mesosUrl),
    netVips: () => net.readNetVips(http),
    records: () => net.readNetRecords(http),
    places: () => local.readLocalVips(http),
  }
  const services: EndpointPorts = {
    askService: async (...request) => {
      const { askService } = await import('../clients/services.js')
      return askService(http, ...request)
    },
    app: (id) => marathon.getApp(id),
    apps: () => marathon.listApps({ tasks: true }),
  }
  return { target, http, marathon, sources, services }
}
