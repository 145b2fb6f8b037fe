import { UserError } from '../shared/errors.js'
import { dcosDir, describeCluster, findCluster, listClusters, type StoredCluster } from './clusters.js'
import { baseUrl, type Environment, fromEnvironment, SETTINGS, timeoutMs, truthOf } from './keys.js'

export { type Environment, SETTINGS, type Setting } from './keys.js'

/** The cluster that a call talks to, and how. */
export interface ClusterTarget {
  /** Null when the cluster is known by its URL only. */
  id: string | null
  name: string | null
  /** Base URL without trailing slash. */
  url: string
  /** Goes to the origin of `url` only. */
  token: string | null
  /** `ca`: path of a PEM bundle; null = the machine's own. */
  tls: { verify: boolean; ca: string | null }
  /** Milliseconds a request may take; 0 = no limit. */
  timeoutMs: number
  marathonUrl: string
  mesosUrl: string
  /** Any `section.key`: environment, else the cluster's file, else the default. */
  config(key: string): string | undefined
  /** What chose the cluster. */
  source: 'flag' | 'environment' | 'file'
}

/**
 * Which cluster is meant. A flag beats the environment, the environment beats the file:
 * `--cluster` (name, id or beginning of an id), `DCOS_URL`, `DCOS_CLUSTER` (exact name or id), else the
 * only or the attached cluster under `DCOS_DIR`. What belongs to one cluster (token, trust, other URLs)
 * is never used for an URL of another origin.
 */
export async function resolveCluster(
  env: Environment,
  flags: { cluster?: string } = {},
  cwd?: string,
): Promise<ClusterTarget> {
  const envUrl = fromEnvironment(env, 'core.dcos_url')
  const named = flags.cluster !== undefined || env.DCOS_CLUSTER !== undefined
  if (envUrl && !named) {
    const url = baseUrl(envUrl.value, envUrl.name)
    const current = await currentOrNull(env, cwd)
    return target(env, sameOrigin(current?.url, url) ? current : null, url, 'environment', true)
  }
  const stored = await chooseStored(env, flags, cwd)
  if (stored.problem) throw stored.problem
  const source =
    flags.cluster !== undefined ? 'flag' : env.DCOS_CLUSTER !== undefined ? 'environment' : 'file'
  if (!stored.url) {
    throw new UserError(
      'E_CONFIG',
      `${stored.file} says no core.dcos_url for cluster ${describeCluster(stored)}.`,
      {
        next: [
          'Write it there, below [core]: dcos_url = "https://my-cluster.example.com"',
          'Or name the cluster in the environment: DCOS_URL and DCOS_ACS_TOKEN',
        ],
      },
    )
  }
  if (envUrl && source === 'environment') {
    const url = baseUrl(envUrl.value, envUrl.name)
    if (!sameOrigin(stored.url, url)) throw contradiction(env, envUrl.name, stored, url)
    return target(env, stored, url, source, true)
  }
  const ownEnvironment = !envUrl || sameOrigin(envUrl.value, stored.url)
  return target(env, stored, stored.url, source, ownEnvironment && source !== 'flag', ownEnvironment)
}

/**
 * `locations`: whether the environment's other URLs belong to this cluster. `secrets`: whether its
 * token does; it does not when `DCOS_URL` names another cluster than the flag.
 */
function target(
  env: Environment,
  stored: StoredCluster | null,
  url: string,
  source: ClusterTarget['source'],
  locations: boolean,
  secrets: boolean = locations,
): ClusterTarget {
  const located = new Set([
    'core.dcos_url',
    'marathon.url',
    'core.mesos_master_url',
    'job.url',
    'package.cosmos_url',
  ])
  const value = (key: string): { text: string; where: string } | null => {
    const usable = key === 'core.dcos_acs_token' ? secrets : !located.has(key) || locations
    const set = usable ? fromEnvironment(env, key) : null
    if (set) return { text: set.value, where: set.name }
    const text = stored?.value(key)
    if (text) return { text, where: `${key} of ${stored!.file}` }
    const preset = SETTINGS.find((setting) => setting.key === key)?.default
    return preset === undefined ? null : { text: preset, where: key }
  }
  const otherUrl = (key: string, path: string) => {
    const set = value(key)
    return set ? baseUrl(set.text, set.where) : `${url}${path}`
  }
  const timeout = value('core.timeout')!
  const token = value('core.dcos_acs_token')
  return {
    id: stored?.id ?? null,
    name: stored?.name ?? null,
    url,
    token: token && plainToken(token.text, token.where),
    tls: trust(env, stored),
    timeoutMs: timeoutMs(timeout.text, timeout.where),
    marathonUrl: otherUrl('marathon.url', '/service/marathon'),
    mesosUrl: otherUrl('core.mesos_master_url', '/mesos'),
    config: (key) => (key === 'core.dcos_url' ? url : value(key)?.text),
    source,
  }
}

/** A token as it can stand in a header, null when there is none. */
function plainToken(text: string, where: string): string | null {
  const token = text.trim()
  if (/^[\x21-\x7e]*$/.test(token)) return token || null
  throw new UserError(
    'E_CONFIG',
    `${where} holds characters that no token has, such as blanks or line ends.`,
    {
      next: [
        'Set DCOS_ACS_TOKEN to a token of that cluster, or take it out of the environment.',
        'Or give DCOS_ACS_TOKEN the token alone, without quotes or “token=”.',
      ],
    },
  )
}

/**
 * `DCOS_SSL_VERIFY` is a truth word or a path; `DCOS_TLS_INSECURE` and `DCOS_TLS_CA_PATH` are how the
 * main program tells its plugins the same. Where they disagree, checking wins.
 */
function trust(env: Environment, stored: StoredCluster | null): ClusterTarget['tls'] {
  const said = fromEnvironment(env, 'core.ssl_verify')?.value
  const ca = env.DCOS_TLS_CA_PATH || null
  if (said !== undefined) {
    const truth = truthOf(said)
    return truth === null ? { verify: true, ca: said } : { verify: truth, ca: truth ? ca : null }
  }
  if (ca) return { verify: true, ca }
  if (env.DCOS_TLS_INSECURE) return { verify: truthOf(env.DCOS_TLS_INSECURE) !== true, ca: null }
  const text = stored?.value('core.ssl_verify')
  if (!text) return { verify: true, ca: null }
  const truth = truthOf(text)
  return truth === null ? { verify: true, ca: text } : { verify: truth, ca: null }
}

async function chooseStored(
  env: Environment,
  flags: { cluster?: string },
  cwd?: string,
): Promise<StoredCluster> {
  const clusters = await listClusters(dcosDir(env, cwd))
  if (flags.cluster !== undefined) return findCluster(clusters, flags.cluster, true, '--cluster')
  if (env.DCOS_CLUSTER !== undefined) return findCluster(clusters, env.DCOS_CLUSTER, false, 'DCOS_CLUSTER')
  const attached = clusters.filter((cluster) => cluster.attached)
  if (attached.length === 1) return attached[0]!
  const usable = clusters.filter((cluster) => cluster.problem === null)
  if (usable.length === 1) return usable[0]!
  const listed = clusters.map(describeCluster).join(', ')
  if (attached.length > 1) {
    throw new UserError(
      'E_NO_CLUSTER',
      `multiple clusters are attached: ${attached.map(describeCluster).join(', ')}.`,
      {
        next: [
          'Choose one of them: --cluster <name or id>, or DCOS_CLUSTER',
          'Or choose for this call: --cluster <name or id>',
        ],
      },
    )
  }
  if (usable.length > 1) {
    throw new UserError('E_NO_CLUSTER', `no cluster is attached; ${clusters.length} are set up: ${listed}.`, {
      next: [
        'Choose one: --cluster <name or id>, or DCOS_CLUSTER',
        'Or choose for this call: --cluster <name or id>',
        ...starts,
      ],
    })
  }
  if (clusters.length > 0) throw clusters[0]!.problem!
  throw new UserError('E_NO_CLUSTER', 'no cluster is attached.', { next: starts })
}

const starts = [
  'Start the embedded cluster on this machine: dcos local up',
  'Or name a cluster you have: DCOS_URL=<url> DCOS_ACS_TOKEN=<token>',
]

/** The current cluster on disk, or null: with `DCOS_URL` set, disk only adds what it knows of that URL. */
async function currentOrNull(env: Environment, cwd?: string): Promise<StoredCluster | null> {
  try {
    const stored = await chooseStored(env, {}, cwd)
    return stored.problem ? null : stored
  } catch (thrown) {
    if (thrown instanceof UserError) return null
    throw thrown
  }
}

function sameOrigin(a: string | null | undefined, b: string): boolean {
  if (a == null) return false
  try {
    return new URL(baseUrl(a, '')).origin === new URL(b).origin
  } catch {
    return false
  }
}

function contradiction(env: Environment, name: string, stored: StoredCluster, url: string): UserError {
  return new UserError(
    'E_CLUSTER_CONFLICT',
    `DCOS_CLUSTER=${env.DCOS_CLUSTER} is ${stored.url}, but ${name} is ${url}: two different clusters.`,
    { next: [`Unset one of them: unset ${name}, or unset DCOS_CLUSTER.`] },
  )
}
