import type { FastifyReply, FastifyRequest } from 'fastify'
import { messageOf } from '../../../../shared/errors.js'
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
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ApiError) return reply.code(error.status).send(error.body)
  const { statusCode, code } = error as { statusCode?: number; code?: string }
  if (isDiskFull(error))
    return reply.code(503).send({ message: 'The cluster cannot keep the change: the disk is full' })
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return reply.code(415).send({ message: 'Unsupported Media Type' })
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return reply.code(413).send({ message: 'The body is larger than this cluster accepts' })
  if (statusCode !== undefined && statusCode < 500)
    return reply.code(statusCode).send({ message: messageOf(error) })
  if (error instanceof RangeError) return reply.code(500).send({ message: error.message })
  request.log.error(error)
  return reply.code(500).send({ message: messageOf(error) })
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

function isDiskFull(error: unknown): boolean {
  return (
    (error as NodeJS.ErrnoException).code === 'ENOSPC' || /No space left|MDB_MAP_FULL/.test(messageOf(error))
  )
}
