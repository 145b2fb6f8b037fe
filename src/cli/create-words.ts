import type { CreateWords } from '../operations/create-request.js'
import { UsageError } from '../shared/errors.js'
import type { Environment } from './environment.js'

/** The parsed flags of `vip create`. */
export interface CreateFlagValues {
  cluster?: string
  verbose?: boolean
  publish: string[]
  file?: string
  app?: string
  id?: string
  cmd?: string
  image?: string
  network: string
  instances: number
  cpus: string
  mem: string
  env: string[]
  label: string[]
  'health-check'?: string
  ip?: string
  'dry-run': boolean
  wait: boolean
  timeout: number
  force: boolean
  yes: boolean
}

/** The flags as words; on a terminal, what is missing is asked for. */
export async function gatherCreateWords(
  name: string | undefined,
  flags: CreateFlagValues,
  environment: Environment,
): Promise<CreateWords> {
  const words: CreateWords = {
    ...(name === undefined ? {} : { name }),
    publish: flags.publish,
    ...(flags.id === undefined ? {} : { id: flags.id }),
    ...(flags.cmd === undefined ? {} : { cmd: flags.cmd }),
    ...(flags.image === undefined ? {} : { image: flags.image }),
    network: flags.network,
    instances: flags.instances,
    cpus: amount('--cpus', flags.cpus),
    mem: amount('--mem', flags.mem),
    env: flags.env,
    label: flags.label,
    ...(flags['health-check'] === undefined ? {} : { healthCheck: flags['health-check'] }),
    ...(flags.ip === undefined ? {} : { ip: flags.ip }),
  }
  const complete = name !== undefined && flags.publish.length > 0 && (flags.cmd ?? flags.image) !== undefined
  if (complete || !environment.interactive) return words
  const { askCreateWords } = await import('./create-questions.js')
  return askCreateWords(words, environment)
}

function amount(flag: string, text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number) || number < 0)
    throw new UsageError(`${flag} ${text} is no amount: it must be a number, 0 or more.`)
  return number
}
