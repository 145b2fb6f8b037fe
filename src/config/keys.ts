import { UserError } from '../shared/errors.js'

/** Kinds of values a setting has. `trust` is a truth word or the path of a CA bundle. */
export type SettingType = 'string' | 'boolean' | 'seconds' | 'trust'

/** One setting that the program knows. Any other `section.key` may be stored beside it. */
export interface Setting {
  key: string
  /** Environment variables that override the file, the first set one wins. An empty one counts as unset. */
  env: string[]
  type: SettingType
  /** Value when neither environment nor file has one. */
  default?: string
  /** One line for `config keys`. */
  meaning: string
}

/** Every known setting, sorted by key, as `dcos config keys` prints them. Source: dcos-cli 1.2, dcos-core-cli 2.2. */
export const SETTINGS: readonly Setting[] = [
  { key: 'cluster.name', env: [], type: 'string', meaning: 'the cluster’s display name' },
  {
    key: 'core.dcos_acs_token',
    env: ['DCOS_ACS_TOKEN', 'DCOS_DCOS_ACS_TOKEN'],
    type: 'string',
    meaning: 'the authentication token',
  },
  {
    key: 'core.dcos_url',
    env: ['DCOS_URL', 'DCOS_DCOS_URL'],
    type: 'string',
    meaning: 'the cluster’s base URL',
  },
  {
    key: 'core.mesos_master_url',
    env: ['DCOS_MESOS_MASTER_URL'],
    type: 'string',
    meaning: 'the Mesos master’s URL, instead of <dcos_url>/mesos',
  },
  {
    key: 'core.pagination',
    env: ['DCOS_PAGINATION'],
    type: 'boolean',
    meaning: 'whether long output is paged',
  },
  {
    key: 'core.prompt_login',
    env: ['DCOS_PROMPT_LOGIN'],
    type: 'boolean',
    meaning: 'whether to ask for a login on 401',
  },
  {
    key: 'core.reporting',
    env: ['DCOS_REPORTING'],
    type: 'boolean',
    meaning: 'kept for older programs; unused',
  },
  {
    key: 'core.ssh_proxy_ip',
    env: ['DCOS_SSH_PROXY_IP'],
    type: 'string',
    meaning: 'the SSH proxy for `node ssh`',
  },
  { key: 'core.ssh_user', env: ['DCOS_SSH_USER'], type: 'string', meaning: 'the user for `node ssh`' },
  {
    key: 'core.ssl_verify',
    env: ['DCOS_SSL_VERIFY'],
    type: 'trust',
    meaning: 'whether certificates are checked, or the path of the CA bundle to check them with',
  },
  {
    key: 'core.timeout',
    env: ['DCOS_TIMEOUT'],
    type: 'seconds',
    default: '180',
    meaning: 'seconds a request may take; 0 = no limit',
  },
  {
    key: 'job.service_name',
    env: ['DCOS_JOB_SERVICE_NAME'],
    type: 'string',
    meaning: 'the name of the job service',
  },
  { key: 'job.url', env: ['DCOS_JOB_URL'], type: 'string', meaning: 'the job service’s URL' },
  {
    key: 'marathon.url',
    env: ['DCOS_MARATHON_URL'],
    type: 'string',
    meaning: 'Marathon’s URL, instead of <dcos_url>/service/marathon',
  },
  {
    key: 'package.cosmos_url',
    env: ['DCOS_PACKAGE_COSMOS_URL'],
    type: 'string',
    meaning: 'the package service’s URL',
  },
]

/** An environment: names and values, handed in. */
export type Environment = Record<string, string | undefined>

/** The names under which the environment may override a key: the table's, else by rule `<section>.<key>` → `DCOS_<SECTION>_<KEY>`. */
export function environmentNames(key: string): string[] {
  const known = SETTINGS.find((setting) => setting.key === key)
  if (known) return known.env
  const plain = `DCOS_${key
    .replace(/^core\./, '')
    .replaceAll('.', '_')
    .toUpperCase()}`
  // Service command lines keep a dash of the module name; the main program exports it as an underscore.
  return [...new Set([plain, plain.replaceAll('-', '_')])]
}

/** The first non-empty variable that overrides `key`, with its name. */
export function fromEnvironment(env: Environment, key: string): { name: string; value: string } | null {
  for (const name of environmentNames(key)) {
    const value = env[name]
    if (value !== undefined && value !== '') return { name, value }
  }
  return null
}

const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

/** Reads a truth word as the genuine program does (Go's ParseBool); null when it is none. */
export function truthOf(word: string): boolean | null {
  return TRUE.has(word) ? true : FALSE.has(word) ? false : null
}

/** Milliseconds of a `core.timeout` value in whole seconds, 0 = no limit. `where` names its place in the message. */
export function timeoutMs(text: string, where: string): number {
  if (!/^\d{1,7}$/.test(text.trim())) {
    throw new UserError('E_CONFIG', `${where} is ${JSON.stringify(text)}, which is no number of seconds.`, {
      next: ['Give whole seconds, such as 180; 0 means no limit.'],
    })
  }
  return Number(text) * 1000
}

/** A cluster's base URL in its plain form: scheme, host, path; no trailing slash. `where` names its place in messages. */
export function baseUrl(text: string, where: string): string {
  const wanted = /^https?:\/\//i.test(text) ? text : `https://${text}`
  const bad = (why: string) =>
    new UserError('E_CONFIG', `${where} ${why}`, { next: ['Give it as https://my-cluster.example.com.'] })
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && wanted !== text)
    throw bad('must start with http:// or https://.')
  let url: URL
  try {
    url = new URL(wanted)
  } catch {
    throw bad(`is no URL: ${JSON.stringify(text.replace(/\/\/[^/]*@/, '//…@'))}.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw bad('carries a user name or password. A cluster is reached with a token: leave them out.')
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}
