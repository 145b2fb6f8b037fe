import type { FastifyReply, FastifyRequest } from 'fastify'
import { messageOf } from '../../../../shared/errors.js'
import { StoreWriteError } from '../../../kit/store.js'
import type { Deployment } from '../model.js'
import { ApiError } from './errors.js'

/** A started deployment: header and the usual body. */
export function answerDeployment(reply: FastifyReply, deployment: Deployment, status = 200): FastifyReply {
  return reply
    .code(status)
    .header('Marathon-Deployment-Id', deployment.id)
    .send({ version: deployment.version, deploymentId: deployment.id })
}

/** Turns what was thrown into Marathon's body; anything unforeseen is a 500 and is logged. */
export function answerError(log: (line: string) => void) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = knownAnswer(error)
    if (!known) log(`${request.method} ${request.url}: ${(error as Error).stack ?? messageOf(error)}`)
    const { status, body } = known ?? new ApiError(500, { message: messageOf(error) })
    return reply.code(status).send(body)
  }
}

function knownAnswer(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error
  if (error instanceof StoreWriteError)
    return new ApiError(503, { message: `The cluster cannot keep the change: ${error.message}` })
  if (error instanceof RangeError && /call stack/.test(error.message))
    return new ApiError(400, { message: 'Invalid JSON', details: 'nested too deeply, or too long' })
  const { statusCode = 500, code } = error as { statusCode?: number; code?: string }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new ApiError(415, { message: 'Unsupported Media Type' })
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new ApiError(413, { message: 'The body is larger than this cluster accepts' })
  return statusCode < 500 ? new ApiError(statusCode, { message: messageOf(error) }) : null
}

/** Values of a query parameter that may be repeated, `name[]` included. */
export function queryValues(request: FastifyRequest, name: string): string[] {
  const query = request.query as Record<string, string | string[] | undefined>
  return [query[name], query[`${name}[]`]].flatMap((value) => value ?? [])
}

/** A boolean query parameter. */
export function queryFlag(request: FastifyRequest, name: string, byDefault = false): boolean {
  const [value] = queryValues(request, name)
  return value === undefined ? byDefault : value === 'true'
}

/** The body as a JSON value; Marathon's own answers to an empty one and to text that is no JSON. */
export function jsonBody(request: FastifyRequest): unknown {
  const text = request.body === undefined || request.body === null ? '' : String(request.body)
  if (text.trim() === '')
    throw new ApiError(400, {
      message: 'Please specify data in JSON format',
      details: 'No content to map due to end-of-input',
    })
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ApiError(400, { message: 'Invalid JSON', details: messageOf(error) })
  }
}
