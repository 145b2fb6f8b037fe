import { input, number, select } from '@inquirer/prompts'
import { vipAddress } from '../domain/names.js'
import { isResolvable, MARATHON_FRAMEWORK, mangleDotted, vipHostname } from '../domain/vip-name.js'
import type { CreateWords } from '../operations/create-request.js'
import { colours } from '../views/colours.js'
import type { Environment } from './environment.js'
import { confirmed, promptContext } from './questions.js'

/**
 * Asks for what `vip create` lacks, in the order of the web form: service (id, instances, image, command),
 * network, then each endpoint with its VIP, whose address takes shape while it is typed.
 */
export async function askCreateWords(given: CreateWords, environment: Environment): Promise<CreateWords> {
  const words = { ...given, publish: [...given.publish] }
  const context = promptContext(environment)
  const dim = colours(environment.usesColour('stderr')).dim
  words.name ??= await input(
    {
      message: 'Service ID',
      validate: (text) => nameProblem(text) ?? true,
      transformer: (text) => (text === '' ? text : `${text}  ${dim(`→ ${hostOf(text)}`)}`),
    },
    context,
  )
  if (given.name === undefined)
    words.instances = (await number({ message: 'Instances', default: given.instances, min: 0 }, context)) ?? 1
  if (words.image === undefined && words.cmd === undefined) {
    const image = await input({ message: 'Container image (none: a plain command)' }, context)
    if (image.trim() !== '') words.image = image.trim()
    const cmd = await input(
      {
        message: words.image === undefined ? 'Command' : "Command (none: the image's own)",
        validate: (text) =>
          text.trim() === '' && words.image === undefined ? 'Say what the app runs.' : true,
      },
      context,
    )
    if (cmd.trim() !== '') words.cmd = cmd
  }
  if (words.publish.length === 0) {
    words.network = await askNetwork(words.network, context)
    do words.publish.push(await askEndpoint(words, environment))
    while (await more(environment))
  }
  return words
}

type Context = ReturnType<typeof promptContext>

async function askNetwork(current: string, context: Context): Promise<string> {
  const kind = await select(
    {
      message: 'Network type',
      default: current === 'host' || current === 'bridge' ? current : 'virtual',
      choices: [
        { name: 'Host', value: 'host' },
        { name: 'Bridge', value: 'bridge' },
        { name: 'Virtual network', value: 'virtual' },
      ],
    },
    context,
  )
  return kind === 'virtual'
    ? input({ message: 'Name of the virtual network', default: 'dcos' }, context)
    : kind
}

async function askEndpoint(words: CreateWords, environment: Environment): Promise<string> {
  const context = promptContext(environment)
  const dim = colours(environment.usesColour('stderr')).dim
  const host = words.network === 'host'
  const container = await number(
    {
      message: host ? 'Host port (0: assigned by the cluster)' : 'Container port',
      default: host ? 0 : 8080,
      min: 0,
      max: 65535,
      required: true,
    },
    context,
  )
  const name = await input({ message: 'Service endpoint name (optional)' }, context)
  const protocol = await select(
    {
      message: 'Protocol',
      choices: [
        { name: 'TCP', value: 'tcp' },
        { name: 'UDP', value: 'udp' },
        { name: 'UDP and TCP', value: 'tcp,udp' },
      ],
    },
    context,
  )
  const vip = await input(
    {
      message: 'Load balanced port',
      ...(container === 0 ? {} : { default: String(container) }),
      validate: (text) =>
        /^\d+$/.test(text) && +text >= 1 && +text <= 65535 ? true : 'A port from 1 to 65535.',
      transformer: (text) => `${text}  ${dim(`→ ${addressOf(words, text)}`)}`,
    },
    context,
  )
  const option = name.trim() === '' ? '' : `,name=${name.trim()}`
  return `${vip}:${container}/${protocol}${option}`
}

function more(environment: Environment): Promise<boolean> {
  return confirmed('Add another service endpoint?', environment, false)
}

function hostOf(name: string): string {
  return vipHostname(`/${name}`)
}

function addressOf(words: CreateWords, port: string): string {
  if (words.ip !== undefined) return `${words.ip}:${port}`
  return vipAddress(`/${words.name}`, MARATHON_FRAMEWORK, Number(port) || 0).replace(/:0$/, ':')
}

function nameProblem(text: string): string | null {
  if (mangleDotted(`/${text}`) === '') return 'A name needs a letter or a digit.'
  return isResolvable(hostOf(text)) ? null : `${hostOf(text)} is a name that DNS cannot carry.`
}
