import { UserError } from '../shared/errors.js'

/** The array in an answer, at `key` or (null) the answer itself; anything else is the answer of some other service. */
export function arrayIn<T>(answer: unknown, key: string | null, path: string): T[] {
  const value = key === null ? answer : (answer as Record<string, unknown> | null)?.[key]
  if (Array.isArray(value)) return value
  throw foreign(path, key === null ? 'is no array' : `has no array “${key}”`)
}

/** The object in an answer, at `key` or (null) the answer itself; anything else is the answer of some other service. */
export function objectIn<T extends object>(answer: unknown, key: string | null, path: string): T {
  const value = key === null ? answer : (answer as Record<string, unknown> | null)?.[key]
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as T
  throw foreign(path, key === null ? 'is no object' : `has no object “${key}”`)
}

function foreign(path: string, what: string): UserError {
  return new UserError(
    'E_UNEXPECTED_ANSWER',
    `GET ${path}: the answer ${what}; another service seems to answer there.`,
    {
      next: ['Check the URLs: DCOS_URL, DCOS_MARATHON_URL, or those in the dcos.toml of the cluster.'],
    },
  )
}
