import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseEvents, type ServerEvent } from '../../../src/clients/sse.js'

async function* pieces(bytes: Uint8Array, cuts: number[]): AsyncGenerator<Uint8Array> {
  let from = 0
  for (const cut of [...cuts.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, cut)
    from = cut
  }
}

async function read(text: string, cuts: number[] = []): Promise<ServerEvent[]> {
  const events: ServerEvent[] = []
  for await (const event of parseEvents(pieces(new TextEncoder().encode(text), cuts))) events.push(event)
  return events
}

describe('server-sent events', () => {
  const cases: [string, string, ServerEvent[]][] = [
    ['one event', 'event: a\ndata: 1\n\n', [{ event: 'a', data: '1' }]],
    ['no name', 'data:1\n\n', [{ event: 'message', data: '1' }]],
    ['several lines of data', 'data: 1\ndata:  2\n\n', [{ event: 'message', data: '1\n 2' }]],
    ['empty data', 'data\n\n', [{ event: 'message', data: '' }]],
    [
      'a name without data is no event, nor kept',
      'event: a\n\ndata: 1\n\n',
      [{ event: 'message', data: '1' }],
    ],
    [
      'comments and other fields',
      ': x\nid: 7\nretry: 5\nfoo\ndata: 1\n\n',
      [{ event: 'message', data: '1' }],
    ],
    ['an unfinished event is dropped', 'data: 1\n\ndata: 2\n', [{ event: 'message', data: '1' }]],
    [
      'carriage returns',
      'data: 1\r\rdata: 2\r\n\r\n',
      [
        { event: 'message', data: '1' },
        { event: 'message', data: '2' },
      ],
    ],
    ['nothing', '', []],
  ]
  for (const [name, text, expected] of cases)
    it(name, async () => assert.deepEqual(await read(text), expected))

  it('are the same however the stream is cut', async () => {
    const text = 'event: ü€😀\r\ndata: {"a":"😀"}\r\n\r\ndata: x\n\n: ping\n\nevent: z\rdata: y\r\r\n'
    const whole = await read(text)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
        assert.deepEqual(await read(text, cuts), whole)
      }),
    )
    assert.equal(whole.length, 3)
  })
})
