import type { MesosStateJson } from '../domain/mesos-state.js'
import type { Http } from './http.js'
import { arrayIn, objectIn } from './shape.js'

/** The Mesos master's state at `base`, which is `ClusterTarget.mesosUrl`. */
export async function readMesosState(http: Http, base: string): Promise<MesosStateJson> {
  const path = `${base}/master/state`
  const state = objectIn<MesosStateJson>(await http.json(path), null, path)
  for (const key of ['frameworks', 'slaves'] as const) if (state[key] !== undefined) arrayIn(state, key, path)
  return state
}
