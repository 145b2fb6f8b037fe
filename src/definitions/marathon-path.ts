/** Appends a field name or array index to a path in Marathon's syntax: `/a(0)/b`. */
export function childPath(path: string, key: string | number): string {
  const base = path === '/' ? '' : path
  return typeof key === 'number' ? `${base}(${key})` : `${base}/${key}`
}

/** A JSON pointer into `root` as a Marathon path: `/ports/0/name` → `/ports(0)/name`. */
export function pathOfPointer(root: unknown, pointer: string): string {
  let path = ''
  let value = root
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    path += Array.isArray(value) ? `(${key})` : `/${key}`
    value = (value as Record<string, unknown> | undefined)?.[key]
  }
  return path || '/'
}
