import { strictIp } from '../domain/ip.js'
import { ipVipProblem } from '../domain/ip-vip.js'
import type { HealthCheckWish, NewApp } from '../domain/new-app.js'
import { type Publish, PublishError, parsePublish } from '../domain/publish.js'
import { isResolvable, mangleDotted, vipHostname } from '../domain/vip-name.js'
import { EXIT, UsageError, UserError } from '../shared/errors.js'

/** What `vip create` was told, by flags or by answers to its questions. */
export interface CreateWords {
  name?: string
  publish: string[]
  id?: string
  cmd?: string
  image?: string
  network: string
  instances: number
  cpus: number
  mem: number
  env: string[]
  label: string[]
  healthCheck?: string
  ip?: string
}

/** Segments of app ids, as Marathon takes them. */
const ID_PATTERN = /^(\/(([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])\.)*([a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]))+$/

/** What `ID_PATTERN` and Marathon's reserved words allow, as the end of a sentence. */
export const ID_RULE =
  'ids hold lower-case letters, digits, inner dashes and dots, with slashes between groups, and do not end in restart, tasks or versions.'

/** The new app that the words ask for. Everything that is missing or cannot be is refused, with the flag's name. */
export function newAppOf(words: CreateWords): NewApp {
  const name = required(words.name, 'the name of the VIP', 'dcos vip create NAME -p VIP_PORT:CONTAINER_PORT')
  const label = vipLabelOf(name, words.ip)
  const publish = publishOf(words.publish)
  if (!words.cmd && !words.image)
    throw new UsageError('It is not said what the app runs.', [
      'Give a command with --cmd, or a container image with --image.',
    ])
  const network = networkOf(words.network)
  if (network.mode === 'host' && publish.some((wish) => wish.hostPort !== undefined))
    throw new UsageError(
      'host-port has no meaning on host networking: the container port is the host port there.',
      ['Leave it out, or choose --network bridge.'],
    )
  if (
    network.mode === 'container' &&
    publish.some((wish) => wish.containerPort === 0 && wish.hostPort === undefined)
  )
    throw new UsageError('A virtual network assigns no ports, so a container port of 0 leads nowhere.', [
      'Give the port that the program listens on: -p VIP_PORT:CONTAINER_PORT.',
    ])
  return {
    id: idOf(words.id, name),
    label,
    publish,
    ...(words.cmd ? { cmd: words.cmd } : {}),
    ...(words.image ? { image: words.image } : {}),
    network,
    instances: words.instances,
    cpus: words.cpus,
    mem: words.mem,
    env: pairsOf('--env', words.env),
    labels: pairsOf('--label', words.label),
    ...(words.healthCheck ? { healthCheck: healthCheckOf(words.healthCheck) } : {}),
  }
}

/** Every `--publish`; at least one. */
export function publishOf(texts: readonly string[]): Publish[] {
  if (texts.length === 0)
    throw new UsageError('The ports of the VIP are missing.', [
      'Give them with -p VIP_PORT:CONTAINER_PORT, such as -p 5555:8080.',
    ])
  return texts.map((text) => {
    try {
      return parsePublish(text)
    } catch (error) {
      if (error instanceof PublishError) throw new UsageError(error.message)
      throw error
    }
  })
}

/** The text before the port in the VIP's label: an IP address, or the name with a slash in front. */
export function vipLabelOf(name: string, ip: string | undefined): string {
  if (ip !== undefined) {
    const literal = strictIp(ip.replace(/^\[|\]$/g, ''))
    if (literal === null) throw new UsageError(`--ip ${ip} is no IP address.`)
    const problem = ipVipProblem(literal)
    if (problem)
      throw new UserError('E_IP_VIP_TAKEN', `--ip ${ip} cannot be an IP VIP: it ${problem}.`, {
        next: ['Choose a private address that nothing else in the network uses, such as 10.254.0.1.'],
        exitCode: EXIT.invalid,
      })
    return literal
  }
  const label = `/${name.replace(/^\/+/, '')}`
  const hostname = vipHostname(label)
  if (mangleDotted(label) !== '' && isResolvable(hostname)) return label
  throw new UserError('E_VIP_NAME', `The name '${name}' gives ${hostname}, which DNS cannot carry.`, {
    next: ['A name needs a letter or a digit between its dots, such as my-service or shop/cart.'],
    exitCode: EXIT.invalid,
  })
}

/** `host`, `bridge` or the name of a virtual network. */
function networkOf(text: string): NewApp['network'] {
  if (text === 'host') return { mode: 'host' }
  if (text === 'bridge') return { mode: 'container/bridge' }
  if (/^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$/.test(text)) return { mode: 'container', name: text }
  throw new UsageError(`--network ${text} is neither host, bridge nor the name of a virtual network.`)
}

/** The app id that a text stands for, with one leading slash; null when it can be none. */
export function appIdOf(text: string): string | null {
  const id = `/${text.replace(/^\/+|\/+$/g, '').replace(/\/+/g, '/')}`
  return ID_PATTERN.test(id) && !/\/(restart|tasks|versions)$/.test(id) ? id : null
}

function idOf(id: string | undefined, name: string): string {
  const wanted = appIdOf(id ?? name)
  if (wanted !== null) return wanted
  if (id === undefined)
    throw new UsageError(`'${name}' cannot be the id of the app as well: ${ID_RULE}`, [
      'Name the app yourself: --id /my-service.',
    ])
  throw new UserError('E_APP_ID', `--id ${id} is no app id: ${ID_RULE}`, {
    next: ['Such as /my-service or /shop/cart.'],
    exitCode: EXIT.invalid,
  })
}

function healthCheckOf(text: string): HealthCheckWish {
  if (text === 'tcp') return { kind: 'tcp' }
  const [kind, rest = ''] = text.split(/:(.*)/s)
  if (kind === 'http') return { kind: 'http', path: rest.startsWith('/') ? rest : `/${rest}` }
  if (kind === 'command' && rest !== '') return { kind: 'command', command: rest }
  throw new UsageError(`--health-check ${text} cannot be read.`, [
    'The forms are http:PATH, tcp and command:CMD.',
  ])
}

function pairsOf(flag: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const split = text.indexOf('=')
      if (split < 1) throw new UsageError(`${flag} ${text} has no '=': the form is KEY=VALUE.`)
      return [text.slice(0, split), text.slice(split + 1)]
    }),
  )
}

function required(value: string | undefined, what: string, how: string): string {
  if (value !== undefined && value.trim() !== '') return value.trim()
  throw new UsageError(`Not given: ${what}.`, [`Call it as: ${how}.`])
}
