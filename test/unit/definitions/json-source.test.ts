import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readJson } from '../../../src/definitions/json-source.js'

function problem(text: string | Uint8Array): string {
  const [first] = readJson(text).problems
  return first
    ? `${first.line}:${first.column} ${first.message}${first.fix ? ` (${first.fix})` : ''}`
    : 'none'
}

describe('JSON text with places', () => {
  const broken: [string, string | Uint8Array, RegExp][] = [
    ['an empty file', '', /^1:1 the file is empty$/],
    ['white space only', ' \n ', /^2:2 the file is empty/],
    [
      'a trailing comma in an object',
      '{\n  "a": 1,\n}',
      /^3:1 a comma before the closing } \(remove the comma\)/,
    ],
    ['a trailing comma in a list', '[1, ]', /^1:5 expected a value before \] \(remove the comma\)/],
    ['a line comment', '{\n// hello\n"a": 1}', /^2:1 JSON has no comments/],
    ['a comment behind a value', '{"a": 1 // one\n}', /^1:9 .*no comments/],
    ['a comment in place of a value', '{"a": /* x */ 1}', /^1:7 JSON has no comments/],
    ['a byte order mark', '\uFEFF{}', /^1:1 .*byte order mark/],
    ['single quotes around a key', "{'a': 1}", /^1:2 keys stand in double quotes/],
    ['single quotes around a value', '{"a": \'b\'}', /^1:7 text stands in double quotes/],
    ['a key without quotes', '{a: 1}', /^1:2 expected a key .*\(write "a"\)/],
    ['a missing closing quote', '{"a": "b\n}', /^1:7 this text has no closing quote/],
    ['a missing comma', '{"a": 1\n "b": 2}', /^2:2 expected a comma or }, .*add a comma/],
    ['a missing colon', '{"a" 1}', /^1:6 expected a colon/],
    [
      'an end in the middle',
      '{"a": [1, 2',
      /^1:12 the file ends before everything is closed \(still open: add \]}\)/,
    ],
    ['a value too much', '{} {}', /^1:4 unexpected "{" after the end/],
    ['a word', '{"a": True}', /^1:7 "True" is no value \(write true\)/],
    ['a leading zero', '{"a": 0123}', /^1:7 0123 is no number/],
    ['NaN', '[NaN]', /^1:2 "NaN" is no value/],
    ['an unknown escape', '"\\x"', /^1:2 a backslash/],
    ['a tab in text', '"a\tb"', /^1:3 a control character .*write \\t/],
    [
      'bytes that are no UTF-8',
      Buffer.from([0x7b, 0x0a, 0x22, 0xff, 0x22, 0x7d]),
      /^2:2 the file is not UTF-8/,
    ],
    ['10,000 levels', '['.repeat(10_000) + ']'.repeat(10_000), /nested deeper than 500 levels/],
    ['100,000 open levels', '{"a":'.repeat(100_000), /nested deeper/],
  ]
  for (const [name, text, expected] of broken)
    it(`says what is wrong with ${name}`, () => {
      assert.match(problem(text), expected)
      assert.equal(readJson(text).value, undefined)
    })

  it('finds keys and values by Marathon paths', () => {
    const text =
      '{\n  "id": "/a",\n  "container": {\n    "portMappings": [\n      {"labels": {"VIP_0": "/a:1", "x/y(0)": "z"}}\n    ]\n  }\n}'
    const source = readJson(text)
    assert.deepEqual(source.placeOf('/id'), { line: 2, column: 3 })
    assert.deepEqual(source.placeOf('/id', 'value'), { line: 2, column: 9 })
    assert.deepEqual(source.placeOf('/container/portMappings(0)/labels/VIP_0', 'value'), {
      line: 5,
      column: 28,
    })
    assert.deepEqual(source.placeOf('/container/portMappings(0)/labels/x/y(0)'), { line: 5, column: 36 })
    assert.deepEqual(source.placeOf('/container/portMappings(0)/hostPort'), { line: 5, column: 7 })
    assert.deepEqual(source.placeOf('/nowhere'), { line: 1, column: 1 })
    assert.deepEqual(source.placeOf('/'), { line: 1, column: 1 })
  })

  it('reports duplicate keys and keeps the last', () => {
    const source = readJson('{"a": {"b": 1,\n "b": 2}}')
    assert.deepEqual(source.value, { a: { b: 2 } })
    assert.equal(source.problems.length, 1)
    assert.equal(source.problems[0]!.path, '/a/b')
    assert.equal(source.problems[0]!.severity, 'warning')
    assert.equal(source.problems[0]!.line, 2)
  })

  it('keeps __proto__ an ordinary key', () => {
    const source = readJson('{"__proto__": {"polluted": 1}, "constructor": 2}')
    assert.deepEqual(source.problems, [])
    assert.deepEqual(Object.keys(source.value as object), ['__proto__', 'constructor'])
    assert.equal(({} as { polluted?: number }).polluted, undefined)
    assert.deepEqual(source.placeOf('/constructor'), { line: 1, column: 32 })
  })

  it('reads 50 MB', () => {
    const text = `[${'{"a":[1,2,"x"]},'.repeat(3_100_000)}0]`
    assert.ok(text.length > 49_000_000)
    const source = readJson(text)
    assert.deepEqual(source.problems, [])
    assert.deepEqual(source.placeOf('(3100000)'), { line: 1, column: text.length - 1 })
  }).timeout(60_000)

  it('accepts what JSON.parse accepts and nothing else', () => {
    const fragments = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '0',
      '.5',
      'e1',
      'true',
      'null',
      ' ',
      '\n',
      '\\',
      '\\u00e9',
      '/',
      '\t',
      '\u00a0',
    )
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fragments, { maxLength: 12 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        let expected: unknown
        try {
          expected = JSON.parse(text)
        } catch {
          expected = undefined
        }
        const source = readJson(text)
        assert.deepEqual(source.value, expected)
        assert.equal(
          source.problems.some(({ severity }) => severity === 'error'),
          expected === undefined,
        )
      }),
      { numRuns: 3000 },
    )
  })

  it('never throws on bytes, and no place is outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.string(), (bytes, path) => {
        const { line, column } = readJson(bytes).placeOf(`/${path}`)
        assert.ok(line >= 1 && column >= 1)
      }),
      { numRuns: 1000 },
    )
  })
})
