import { ApiError } from './errors.js'

const ISO_8601 = /^\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d([.,]\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/

/** A timestamp of a request in the one form that Marathon stores and prints. Throws a 422 on anything else. */
export function parseTimestamp(text: string): string {
  const time = ISO_8601.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new ApiError(422, {
      message: `Invalid timestamp provided '${text}'. Expecting ISO-8601 datetime string.`,
    })
  return new Date(time).toISOString()
}
