/** One server-sent event. */
export interface ServerEvent {
  /** `message` when the stream names none. */
  event: string
  data: string
}

/**
 * Cuts a stream of bytes into server-sent events: UTF-8 across chunk borders, any kind of line end,
 * comments and unknown fields left out, an unfinished last event dropped. Source: WHATWG HTML, 9.2.6.
 */
export async function* parseEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  let event = ''
  let data: string[] = []
  for await (const line of lines(chunks)) {
    if (line === '') {
      if (data.length > 0) yield { event: event || 'message', data: data.join('\n') }
      event = ''
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true })
    // A carriage return at the very end may be half of a CRLF: it waits for the next chunk.
    const usable = rest.endsWith('\r') ? rest.slice(0, -1) : rest
    const parts = usable.split(/\r\n|\n|\r/)
    rest = parts.pop()! + rest.slice(usable.length)
    yield* parts
  }
  rest += decoder.decode()
  const parts = rest.split(/\r\n|\n|\r/)
  parts.pop()
  yield* parts
}
