import { type Answer, decode, encode, type OptAnswer, type Packet, type Question } from 'dns-packet'
import { RCODE, type Reply } from './answer.js'

/** Decides about one decoded question; the message id takes part in the order of addresses. */
export type Resolve = (question: Question, id: number) => Reply

const HEADER_LENGTH = 12
/** Largest UDP answer for a client that says nothing about itself (RFC 1035). */
const PLAIN_UDP_LIMIT = 512
/** What we tell clients we can receive. */
const OUR_UDP_LIMIT = 4096
const FLAG = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursionDesired: 0x0100 }
const BAD_VERSION: Reply & { extended: number } = { ...empty(RCODE.noError), extended: 1 }

/**
 * Turns a query as received into the response as sent, or null where silence is right: what is no
 * message at all, and responses (answering them could go on for ever). A message that cannot be read is
 * answered with FORMERR, another operation than a query with NOTIMP. Only the first question is answered,
 * as dcos-net does; all are repeated.
 *
 * Over UDP an answer that does not fit is replaced by TC, and the client asks again over TCP.
 */
export function respond(message: Buffer, transport: 'udp' | 'tcp', resolve: Resolve): Buffer | null {
  if (message.length < HEADER_LENGTH) return null
  const flags = message.readUInt16BE(2)
  if (flags & FLAG.response) return null
  if ((flags >> 11) & 0xf) return headerOnly(message, RCODE.notImp)
  const query = read(message)
  const question = query?.questions?.[0]
  if (!query || !question) return headerOnly(message, RCODE.formErr)
  try {
    return answer(message, query, question, transport, resolve)
  } catch {
    // What goes wrong about one name spoils its own answer only.
    return headerOnly(message, RCODE.servFail)
  }
}

function answer(
  message: Buffer,
  query: Packet,
  question: Question,
  transport: 'udp' | 'tcp',
  resolve: Resolve,
): Buffer {
  const options = (query.additionals ?? []).filter((record): record is OptAnswer => record.type === 'OPT')
  if (options.length > 1) return headerOnly(message, RCODE.formErr)
  const edns = options[0]
  const reply = edns && edns.ednsVersion > 0 ? BAD_VERSION : resolve(question, query.id ?? 0)
  const response = write(message, reply, edns !== undefined)
  const limit = transport === 'tcp' ? 65_535 : Math.max(PLAIN_UDP_LIMIT, edns?.udpPayloadSize ?? 0)
  if (response.length <= limit) return response
  const truncated = write(message, { ...reply, answers: [], authorities: [] }, edns !== undefined)
  truncated.writeUInt16BE(truncated.readUInt16BE(2) | FLAG.truncated, 2)
  return truncated
}

function read(message: Buffer): Packet | null {
  try {
    return decode(message)
  } catch {
    return null
  }
}

/** The questions are repeated byte for byte: clients compare them, some down to the case of each letter. */
function write(message: Buffer, reply: Reply & { extended?: number }, edns: boolean): Buffer {
  const option = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: OUR_UDP_LIMIT,
    extendedRcode: reply.extended ?? 0,
    ednsVersion: 0,
    flags: 0,
    options: [],
  } as unknown as Answer
  const rest = encode({
    type: 'response',
    id: message.readUInt16BE(0),
    flags: responseFlags(message, reply),
    answers: reply.answers,
    authorities: reply.authorities,
    additionals: edns ? [option] : [],
  })
  const response = Buffer.concat([
    rest.subarray(0, HEADER_LENGTH),
    message.subarray(HEADER_LENGTH, endOfQuestions(message)),
    rest.subarray(HEADER_LENGTH),
  ])
  response.writeUInt16BE(message.readUInt16BE(4), 4)
  return response
}

function headerOnly(message: Buffer, rcode: number): Buffer {
  const flags = responseFlags(message, empty(rcode))
  return encode({ type: 'response', id: message.readUInt16BE(0), flags })
}

/** Operation and RD are the client's; RA stays off, nothing is forwarded. */
function responseFlags(message: Buffer, reply: Reply): number {
  const asked = message.readUInt16BE(2) & (0x7800 | FLAG.recursionDesired)
  return asked | (reply.authoritative ? FLAG.authoritative : 0) | reply.rcode
}

/** Offset behind the question section of a message that was read without error. */
function endOfQuestions(message: Buffer): number {
  let offset = HEADER_LENGTH
  for (let left = message.readUInt16BE(4); left > 0; left--) {
    let length = message[offset] ?? 0
    while (length > 0 && length < 0xc0) {
      offset += length + 1
      length = message[offset] ?? 0
    }
    offset += (length === 0 ? 1 : 2) + 4
  }
  return offset
}

function empty(rcode: number): Reply {
  return { rcode, authoritative: false, answers: [], authorities: [] }
}
