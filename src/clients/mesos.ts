import type { MesosState } from './answers.js'
import type { Http } from './http.js'
import { objectIn } from './shape.js'

/** The Mesos master's state at `base`, which is `ClusterTarget.mesosUrl`. */
export async function readMesosState(http: Http, base: string): Promise<MesosState> {
  const path = `${base}/master/state`
  return objectIn<MesosState>(await http.json(path), null, path)
}
