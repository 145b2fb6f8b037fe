import { skipSpace } from './json-scan.js'

/** A place in a text; both counted from 1, columns in UTF-16 units. */
export interface Place {
  line: number
  column: number
}

interface Child {
  keyAt: number
  valueAt: number
}

/**
 * Finds fields in valid JSON text. Nothing is stored before it is asked for; a container that was
 * looked into once is remembered, so many findings in one file cost one walk a level.
 */
export class JsonPlaces {
  private readonly containers = new Map<number, Map<string, Child>>()
  private lineStarts: number[] | null = null

  constructor(private readonly text: string) {}

  /**
   * Where a Marathon path leads: to the field's key, or to its value (`of: 'value'`). Where the path
   * goes on beyond what is written (a missing field), the last part that is there.
   */
  placeOf(path: string, of: 'key' | 'value' = 'key'): Place {
    let at = skipSpace(this.text, 0)
    let found: Child = { keyAt: at, valueAt: at }
    let rest = path === '/' ? '' : path
    while (rest !== '') {
      const step = this.step(at, rest)
      if (step === null) break
      found = step.child
      at = found.valueAt
      rest = rest.slice(step.length)
    }
    return this.placeAt(of === 'key' ? found.keyAt : found.valueAt)
  }

  /** Line and column of an offset. */
  placeAt(offset: number): Place {
    this.lineStarts ??= lineStartsOf(this.text)
    let low = 0
    let high = this.lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.lineStarts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - this.lineStarts[low]! + 1 }
  }

  /** One step along the path. Keys may hold `/` and `(`, so the longest key that fits is taken. */
  private step(at: number, rest: string): { child: Child; length: number } | null {
    const index = /^\((\d+)\)/.exec(rest)
    if (index && this.text[at] === '[') {
      const child = this.childrenOf(at).get(index[1]!)
      return child ? { child, length: index[0].length } : null
    }
    if (!rest.startsWith('/') || this.text[at] !== '{') return null
    const children = this.childrenOf(at)
    for (let end = rest.length; end >= 1; end--) {
      if (end < rest.length && rest[end] !== '/' && rest[end] !== '(') continue
      const child = children.get(rest.slice(1, end))
      if (child) return { child, length: end }
    }
    return null
  }

  private childrenOf(at: number): Map<string, Child> {
    const known = this.containers.get(at) ?? this.readChildren(at)
    this.containers.set(at, known)
    return known
  }

  private readChildren(at: number): Map<string, Child> {
    const { text } = this
    const children = new Map<string, Child>()
    const array = text[at] === '['
    let i = skipSpace(text, at + 1)
    for (let index = 0; text[i] !== ']' && text[i] !== '}'; index++) {
      const keyAt = i
      let key = String(index)
      if (!array) {
        const end = stringEnd(text, i)
        key = JSON.parse(text.slice(i, end)) as string
        i = skipSpace(text, skipSpace(text, end) + 1)
      }
      children.set(key, { keyAt, valueAt: i })
      i = skipSpace(text, valueEnd(text, i))
      if (text[i] === ',') i = skipSpace(text, i + 1)
    }
    return children
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Offset behind the string that begins at `i`. */
function stringEnd(text: string, i: number): number {
  for (let at = i + 1; ; at++) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') at++
  }
}

/** Offset behind the value that begins at `i`. */
function valueEnd(text: string, i: number): number {
  let depth = 0
  for (let at = i; at < text.length; ) {
    const c = text[at]
    if (c === '"') at = stringEnd(text, at)
    else if (c === '{' || c === '[') {
      depth++
      at++
    } else if (c === '}' || c === ']') {
      if (depth === 0) return at
      depth--
      at++
    } else if (depth === 0 && c === ',') return at
    else at++
    if (depth === 0 && (c === '"' || c === '}' || c === ']')) return at
  }
  return text.length
}
