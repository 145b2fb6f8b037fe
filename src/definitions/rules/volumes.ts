import { childPath } from '../marathon-path.js'
import { type Remark, type Rule, refused } from './rule.js'

/** Persistent volumes: one relative path segment, read-write, a size. */
export const persistentVolumes: Rule = {
  id: 'persistent-volume',
  severity: 'error',
  phase: 'current',
  check: ({ container }) =>
    (container?.volumes ?? []).flatMap((volume, index): Remark[] => {
      const { persistent, containerPath, mode } = volume
      if (!persistent) return []
      const path = childPath('/container/volumes', index)
      const remarks: Remark[] = []
      if (containerPath === '.' || containerPath === '..')
        remarks.push(refused(`${path}/containerPath`, 'can not be one of (.,..)'))
      if (containerPath.includes('/'))
        remarks.push(
          refused(`${path}/containerPath`, 'value must not contain "/"', {
            fix: 'name one directory in the sandbox',
          }),
        )
      if (mode !== 'RW') remarks.push(refused(`${path}/mode`, 'does not equal RW', { fix: 'write "RW"' }))
      if (persistent.size <= 0)
        remarks.push(refused(`${path}/persistent/size`, `got ${persistent.size}, expected more than 0`))
      const { type = 'root', maxSize, size, constraints = [] } = persistent
      if (constraints.length > 0 && type === 'root')
        remarks.push(refused(`${path}/persistent`, 'Constraints on root volumes are not supported'))
      if (maxSize !== undefined && type !== 'mount')
        remarks.push(refused(`${path}/persistent`, 'Only mount volumes can have maxSize'))
      if (maxSize !== undefined && type === 'mount' && maxSize <= size)
        remarks.push(refused(`${path}/persistent`, 'Max size must be larger than size'))
      return remarks
    }),
}

/** External volumes of one app have different names. */
export const volumeNamesUnique: Rule = {
  id: 'volume-names-unique',
  severity: 'error',
  phase: 'current',
  check: ({ container }) => {
    const names = (container?.volumes ?? []).flatMap(({ external }) => external?.name ?? [])
    return new Set(names).size < names.length
      ? [refused('/container/volumes', 'Volume names must be unique')]
      : []
  },
}
