import type { ResolvedName } from '../operations/resolve-names.js'
import { plainTable } from './table.js'

/** `vip resolve`: the bare address for one name, a table for several, nothing for none. */
export function resolvedNames(results: readonly ResolvedName[]): string {
  if (results.length < 2) return results[0]?.ip ?? ''
  return plainTable(
    ['NAME', 'ADDRESS', 'IP'],
    results.map(({ name, address, ip }) => [name, address, ip ?? '-']),
  )
}
