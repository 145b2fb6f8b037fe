import { join } from 'node:path'
import type { LocalControl } from '../local/control.js'
import type { ClusterBook } from '../operations/local-cluster.js'
import type { Environment } from './environment.js'

/** The program as far as starting a cluster needs it. */
interface Program {
  root: string
  version: string
}

/** The embedded cluster of this DCOS_DIR, to be started, found and ended, and the book of clusters. */
export async function localControl(
  environment: Environment,
  { root, version }: Program,
): Promise<{ control: LocalControl; book: ClusterBook & { remove(id: string): Promise<void> } }> {
  const [{ LocalControl }, { attachCluster, dcosDir, removeCluster, saveCluster }] = await Promise.all([
    import('../local/control.js'),
    import('../config/clusters.js'),
  ])
  const { env, clock } = environment
  const dir = dcosDir(env, environment.cwd)
  const control = new LocalControl(dir, [join(root, 'dist', 'cluster.cjs')], version, env, clock)
  const book = {
    save: (record: { id: string; name: string; url: string; token: string }) => saveCluster(dir, record),
    attach: (id: string) => attachCluster(dir, id),
    remove: (id: string) => removeCluster(dir, id),
  }
  return { control, book }
}
