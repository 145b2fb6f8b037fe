/** An app id made absolute: relative ids resolve against `base`, `..` and double slashes go: `web` → `/web`. */
export function canonicalId(id: string, base = '/'): string {
  const segments: string[] = []
  for (const segment of `${id.startsWith('/') ? '' : `${base}/`}${id}`.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}
