import type { CreateOrder } from '../operations/create-order.js'
import type { CreateWords } from '../operations/create-request.js'
import { UsageError } from '../shared/errors.js'
import type { CreateFlags } from './create-flags.js'
import { readDefinition } from './definition-files.js'
import type { Environment } from './environment.js'

/** What `vip create` is to do: by its flags, by a file, or by answers on a terminal. Nothing is sent yet. */
export async function gatherCreateOrder(
  name: string | undefined,
  flags: CreateFlags,
  environment: Environment,
): Promise<CreateOrder> {
  const { file, app, publish = [], ip } = flags
  const orders = import('../operations/create-order.js')
  if (app !== undefined) return (await orders).additionOrder(app, { name, publish, ip })
  if (file === undefined) return (await orders).newAppOrder(await gatherWords(name, flags, environment))
  const { definitionFromFile } = await import('../operations/definition-from-file.js')
  const bytes = await readDefinition(file, environment)
  const added = { name, publish, ip }
  return { kind: 'app', app: definitionFromFile(file === '-' ? 'stdin' : file, bytes, added) }
}

/** The flags as words; on a terminal, what is missing is asked for. */
async function gatherWords(
  name: string | undefined,
  flags: CreateFlags,
  environment: Environment,
): Promise<CreateWords> {
  const { publish = [], id, cmd, image, network, instances, env = [], label = [], ip } = flags
  const words: CreateWords = {
    name,
    publish,
    id,
    cmd,
    image,
    network,
    instances,
    cpus: amount('--cpus', flags.cpus),
    mem: amount('--mem', flags.mem),
    env,
    label,
    healthCheck: flags['health-check'],
    ip,
  }
  const complete = name !== undefined && publish.length > 0 && (cmd ?? image) !== undefined
  if (complete || !environment.interactive) return words
  const { askCreateWords } = await import('./create-questions.js')
  return askCreateWords(words, environment, flags.yes)
}

function amount(flag: string, text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new UsageError(`${flag} ${text} is no amount: it must be a number, 0 or more.`)
  return number
}
