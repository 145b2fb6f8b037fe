import type { Answer, Question, SoaAnswer } from 'dns-packet'
import { type ClusterNames, type FoundName, findName } from './find-name.js'
import type { ZoneRecords } from './zone-records.js'

/** DNS response codes that the server uses. */
export const RCODE = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5 } as const

export interface Reply {
  rcode: number
  /** AA: the answer comes from one of our zones. */
  authoritative: boolean
  answers: Answer[]
  authorities: Answer[]
}

const SOA_TTL = 5
const NS_TTL = 3600
/** Timers in seconds, as dcos-net 2.0 writes them into every zone. */
const SOA = {
  mname: 'ns.spartan',
  rname: 'support.mesosphere.com',
  serial: 1,
  refresh: 60,
  retry: 180,
  expire: 86_400,
  minimum: 1,
}
const REFUSED: Reply = { rcode: RCODE.refused, authoritative: false, answers: [], authorities: [] }
const TRANSFERS = new Set<string>(['AXFR', 'IXFR'])

/**
 * Answers one question. Answers carry the name as it was asked, also through an alias zone; several
 * addresses are rotated by the message id, so that the same query is answered the same way.
 */
export function answerQuestion(
  question: Question,
  id: number,
  records: ZoneRecords,
  cluster: ClusterNames,
): Reply {
  const { name, type } = question
  const internet = question.class === 'IN' || question.class === 'ANY'
  const found = internet && !TRANSFERS.has(type) ? findName(asciiLower(name), records, cluster) : null
  if (found === null) return REFUSED
  const soa: SoaAnswer = { type: 'SOA', name: zoneName(name, found.zoneLabels), ttl: SOA_TTL, data: SOA }
  const answers = [...addressAnswers(name, type, id, found), ...(found.apex ? apexAnswers(type, soa) : [])]
  return {
    rcode: found.addresses === null ? RCODE.nxDomain : RCODE.noError,
    authoritative: true,
    answers,
    authorities: answers.length === 0 ? [{ ...soa, ttl: Math.min(SOA_TTL, SOA.minimum) }] : [],
  }
}

function addressAnswers(name: string, asked: string, id: number, found: FoundName): Answer[] {
  const { a, aaaa } = found.addresses ?? { a: [], aaaa: [] }
  const of = (type: 'A' | 'AAAA', addresses: string[]): Answer[] =>
    asked === type || asked === 'ANY'
      ? rotate(addresses, id).map((data) => ({ type, name, ttl: found.ttl, data }))
      : []
  return [...of('A', a), ...of('AAAA', aaaa)]
}

function apexAnswers(asked: string, soa: SoaAnswer): Answer[] {
  const answers: Answer[] = []
  if (asked === 'SOA' || asked === 'ANY') answers.push(soa)
  if (asked === 'NS' || asked === 'ANY')
    answers.push({ type: 'NS', name: soa.name, ttl: NS_TTL, data: SOA.mname })
  return answers
}

function rotate<Item>(items: readonly Item[], id: number): Item[] {
  const start = items.length === 0 ? 0 : id % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

/** The zone's own name in the asker's spelling: the last labels of the asked name. */
function zoneName(name: string, labels: number): string {
  return name.split('.').slice(-labels).join('.')
}

/** DNS compares names without case for ASCII letters only. */
function asciiLower(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
