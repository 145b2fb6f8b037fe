import type { Protocol } from './vip.js'
import { MAX_PORT } from './vip-label.js'

/** One `--publish`: a service endpoint with a VIP. */
export interface Publish {
  vipPort: number
  /** 0 on host networking: the port that the cluster assigns. */
  containerPort: number
  protocols: Protocol[]
  /** The endpoint's name. */
  name?: string
  hostPort?: number
}

/** Why a `--publish` value cannot be read. */
export class PublishError extends Error {}

const FORM = 'VIP_PORT:CONTAINER_PORT[/PROTOCOL][,name=ENDPOINT][,host-port=N]'

/** Reads `5555:8080`, `53:5353/tcp,udp,name=dns`, `80:0,host-port=31080`. Throws a PublishError that says what is wrong. */
export function parsePublish(text: string): Publish {
  const match = /^([^:/,]*):([^:/,]*)(?:\/(tcp,udp|udp,tcp|tcp|udp))?((?:,[^,]*)*)$/.exec(text)
  if (!match) throw refused(text, unreadable(text))
  const [, vip = '', container = '', protocols = 'tcp', rest = ''] = match
  const publish: Publish = {
    vipPort: port(text, 'the VIP port', vip, 1),
    containerPort: port(text, 'the container port', container, 0),
    protocols: (['udp', 'tcp'] as const).filter((protocol) => protocols.split(',').includes(protocol)),
  }
  for (const option of rest.split(',').slice(1)) {
    const [key, value = ''] = option.split(/=(.*)/s)
    if (key === 'name') publish.name = endpointName(text, value)
    else if (key === 'host-port') publish.hostPort = port(text, 'host-port', value, 0)
    else throw refused(text, `'${option}' is no option of it`)
  }
  return publish
}

/** `protocol` of a port as Marathon spells it. */
export function protocolText(protocols: readonly Protocol[]): string {
  return protocols.length === 2 ? 'udp,tcp' : (protocols[0] ?? 'tcp')
}

function port(text: string, what: string, digits: string, min: number): number {
  const number = Number(digits)
  if (!/^\d+$/.test(digits) || number < min || number > MAX_PORT)
    throw refused(text, `${what} must be a number from ${min} to ${MAX_PORT}, not '${digits}'`)
  return number
}

/** Marathon's pattern for port names. */
function endpointName(text: string, name: string): string {
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name))
    throw refused(text, `the name '${name}' may hold lower-case letters, digits and inner dashes only`)
  return name
}

function unreadable(text: string): string {
  const protocol = /^\d+:\d+\/([^,]*)/.exec(text)?.[1]
  if (protocol !== undefined) return `'${protocol}' is no protocol (tcp, udp or tcp,udp)`
  return text.includes(':') ? 'it does not have the right form' : 'the container port is missing'
}

function refused(text: string, why: string): PublishError {
  return new PublishError(`--publish ${text}: ${why}. The form is ${FORM}.`)
}
