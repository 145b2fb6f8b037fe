import { input, number, select } from '@inquirer/prompts'
import { vipAddress } from '../domain/names.js'
import { isResolvable, MARATHON_FRAMEWORK, mangleDotted, vipHostname } from '../domain/vip-name.js'
import type { CreateWords } from '../operations/create-request.js'
import { UserError } from '../shared/errors.js'
import { colours } from '../views/colours.js'
import type { Environment } from './environment.js'
import { confirmed, promptContext } from './questions.js'

/**
 * Asks for what `vip create` lacks, in the order of the web form: service (id, instances, image, CPUs,
 * memory, command), network, then each endpoint with its VIP, whose address takes shape while it is
 * typed; at last a review.
 */
export async function askCreateWords(
  given: CreateWords,
  environment: Environment,
  yes: boolean,
): Promise<CreateWords> {
  const asking = {
    context: promptContext(environment),
    dim: (await colours(environment.usesColour('stderr'))).dim,
  }
  const service = await askService(given, asking)
  const words = service.publish.length > 0 ? service : await askNetworking(service, asking, environment)
  if (yes || (await confirmed(`Run ${words.id ?? words.name}?`, environment))) return words
  throw new UserError('E_NOT_CONFIRMED', 'Nothing was created.')
}

interface Asking {
  context: ReturnType<typeof promptContext>
  dim: (text: string) => string
}

async function askService(given: CreateWords, { context, dim }: Asking): Promise<CreateWords> {
  const words = { ...given }
  const { appIdOf, ID_RULE } = await import('../operations/create-request.js')
  const problem = (text: string) =>
    nameProblem(text) ?? (words.id === undefined && appIdOf(text) === null ? `Service ${ID_RULE}` : true)
  words.name ??= await input(
    {
      message: 'Service ID',
      validate: problem,
      transformer: (text) => (text === '' ? text : `${text}  ${dim(`→ ${hostOf(text)}`)}`),
    },
    context,
  )
  const amount = async (message: string, value: number, step: 1 | 'any') =>
    (await number({ message, default: value, min: 0, step }, context)) ?? value
  const whole = given.name === undefined
  if (whole) words.instances = await amount('Instances', words.instances, 1)
  const runs = words.image ?? words.cmd
  if (runs === undefined)
    words.image = textOrNothing(await input({ message: 'Container image (none: a plain command)' }, context))
  if (whole) {
    words.cpus = await amount('CPUs', words.cpus, 'any')
    words.mem = await amount('Memory (MiB)', words.mem, 'any')
  }
  if (runs === undefined) words.cmd = await askCommand(words.image, context)
  return words
}

async function askCommand(
  image: string | undefined,
  context: Asking['context'],
): Promise<string | undefined> {
  const cmd = await input(
    {
      message: image === undefined ? 'Command' : "Command (none: the image's own)",
      validate: (text) => (text.trim() === '' && image === undefined ? 'Say what the app runs.' : true),
    },
    context,
  )
  return textOrNothing(cmd)
}

async function askNetworking(
  given: CreateWords,
  asking: Asking,
  environment: Environment,
): Promise<CreateWords> {
  const network = await askNetwork(given.network, asking.context)
  const words = { ...given, network, publish: [] as string[] }
  do words.publish.push(await askEndpoint(words, asking))
  while (await confirmed('Add another service endpoint?', environment, false))
  return words
}

async function askNetwork(current: string, context: Asking['context']): Promise<string> {
  const known = current === 'host' || current === 'bridge'
  const kind = await select(
    {
      message: 'Network type',
      default: known ? current : 'virtual',
      choices: [
        { name: 'Host', value: 'host' },
        { name: 'Bridge', value: 'bridge' },
        { name: 'Virtual network', value: 'virtual' },
      ],
    },
    context,
  )
  if (kind !== 'virtual') return kind
  return input({ message: 'Name of the virtual network', default: known ? 'dcos' : current }, context)
}

/** The rows of an endpoint: on host networking its name comes first, elsewhere the container port. */
async function askEndpoint(words: CreateWords, { context, dim }: Asking): Promise<string> {
  const host = words.network === 'host'
  const askName = () =>
    input({ message: 'Service endpoint name (optional)', validate: endpointNameProblem }, context)
  const askPort = (message: string, value: number, min: 0 | 1) =>
    number({ message, default: value, min, max: 65535, required: true }, context)
  let name = host ? await askName() : ''
  const port = host
    ? await askPort('Host port (0: assigned automatically)', 0, 0)
    : await askPort('Container port', 8080, 1)
  if (!host) name = await askName()
  const hostPort =
    words.network === 'bridge' ? await askPort('Host port (0: assigned automatically)', 0, 0) : 0
  const protocol = await select(
    {
      message: 'Protocol',
      choices: [
        { name: 'TCP', value: 'tcp' },
        { name: 'UDP', value: 'udp' },
        { name: 'UDP and TCP', value: 'udp,tcp' },
      ],
    },
    context,
  )
  const vip = await input(
    {
      message: 'Load balanced port',
      ...(port === 0 ? {} : { default: String(port) }),
      validate: (text) => isPort(text) || 'A port from 1 to 65535.',
      transformer: (text) => `${text}  ${dim(`→ ${addressOf(words, text)}`)}`,
    },
    context,
  )
  const options = [name === '' ? '' : `,name=${name}`, hostPort === 0 ? '' : `,host-port=${hostPort}`]
  return `${vip}:${port}/${protocol}${options.join('')}`
}

function textOrNothing(text: string): string | undefined {
  return text.trim() === '' ? undefined : text.trim()
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535
}

/** Marathon's pattern for the names of ports. */
function endpointNameProblem(text: string): true | string {
  return /^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/.test(text) || 'Lower-case letters, digits and inner dashes.'
}

function hostOf(name: string): string {
  return vipHostname(`/${name.replace(/^\/+/, '')}`)
}

function addressOf(words: CreateWords, port: string): string {
  if (words.ip !== undefined) return `${words.ip}:${port}`
  return vipAddress(`/${words.name}`, MARATHON_FRAMEWORK, Number(port) || 0).replace(/:0$/, ':')
}

function nameProblem(text: string): string | null {
  if (mangleDotted(`/${text}`) === '') return 'A name needs a letter or a digit.'
  return isResolvable(hostOf(text)) ? null : `${hostOf(text)} is a name that DNS cannot carry.`
}
