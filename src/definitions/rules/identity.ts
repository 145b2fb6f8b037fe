import { childPath } from '../marathon-path.js'
import { type Remark, type Rule, refused } from './rule.js'

const RESERVED = ['restart', 'tasks', 'versions', '.', '..']
const RESERVED_MESSAGE = `must not end with any of the following reserved keywords: ${RESERVED.join(', ')}`
const SEGMENT =
  '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$'
const PIECE = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
const SEGMENT_CHECK = new RegExp(`^(?:${PIECE}(?:\\.${PIECE})*|\\.\\.?)$`)

/** The last part of an id must not read as a part of the API's own URLs. */
export const reservedId: Rule = {
  id: 'id-reserved',
  severity: 'error',
  phase: 'current',
  check: (_app, { id }) =>
    endsReserved(id) ? [refused('/id', RESERVED_MESSAGE, { fix: `rename the last part of ${id}` })] : [],
}

/** An app is never the root. */
export const rootId: Rule = {
  id: 'id-root',
  severity: 'error',
  phase: 'current',
  check: (_app, { id }) =>
    id === '/'
      ? [
          refused('/id', 'Path must contain at least one path element', {
            fix: 'name the app, such as /my-app',
          }),
          refused('/id', 'must not be root', { serverPath: '/' }),
        ]
      : [],
}

/** Dependencies are ids too; the parser lets any text through. */
export const dependencyIds: Rule = {
  id: 'dependency-id',
  severity: 'error',
  phase: 'current',
  check: ({ dependencies }) =>
    (dependencies ?? []).flatMap((id, index): Remark[] => {
      const path = childPath('/dependencies', index)
      const segments = id.split('/').filter((segment) => segment !== '')
      if (segments.some((segment) => !SEGMENT_CHECK.test(segment)))
        return [
          refused(path, `must fully match regular expression '${SEGMENT}'`, {
            message: `"${id}" is no id of an app or group`,
            fix: 'use lower case letters, digits, dashes and dots',
          }),
        ]
      return endsReserved(id) ? [refused(path, RESERVED_MESSAGE)] : []
    }),
}

function endsReserved(id: string): boolean {
  return RESERVED.includes(id.slice(id.lastIndexOf('/') + 1))
}
