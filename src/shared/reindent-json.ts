/**
 * Lays out JSON text anew: two spaces a level, one element a line, `[]` and `{}` for empty ones. Keys keep
 * their order, numbers and strings their bytes (so `1.0` stays `1.0` and big integers stay whole).
 * Throws SyntaxError when `text` is no JSON.
 */
export function reindentJson(text: string): string {
  JSON.parse(text)
  const token = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g
  let out = ''
  let depth = 0
  let previous = ''
  const newline = () => `\n${'  '.repeat(depth)}`
  for (const [piece] of text.matchAll(token)) {
    const opened = previous === '[' || previous === '{'
    if (piece === ']' || piece === '}') {
      depth--
      out += opened ? piece : newline() + piece
    } else {
      if (opened || previous === ',') out += newline()
      out += piece === ':' ? ': ' : piece
      if (piece === '[' || piece === '{') depth++
    }
    previous = piece
  }
  return out
}
