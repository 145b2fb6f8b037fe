import assert from 'node:assert/strict'
import fc from 'fast-check'
import { reindentJson } from '../../../src/shared/reindent-json.js'

describe('JSON laid out anew', () => {
  const cases: [string, string][] = [
    [
      '{"address": ["10.0.1.11:1025"],"dns":[]}',
      '{\n  "address": [\n    "10.0.1.11:1025"\n  ],\n  "dns": []\n}',
    ],
    ['[ ]', '[]'],
    ['{ }', '{}'],
    ['[[],{}]', '[\n  [],\n  {}\n]'],
    [' 1.0 ', '1.0'],
    [
      '{"z":1,"a":12345678901234567890,"z":1e400,"n":-0.50E+2}',
      '{\n  "z": 1,\n  "a": 12345678901234567890,\n  "z": 1e400,\n  "n": -0.50E+2\n}',
    ],
    ['"\\u00e9[,]:{}\\"\\\\"', '"\\u00e9[,]:{}\\"\\\\"'],
    ['[true,false,null]', '[\n  true,\n  false,\n  null\n]'],
  ]
  for (const [from, to] of cases) it(from, () => assert.equal(reindentJson(from), to))

  it('is what the platform prints, for what the platform prints', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 1, 4, '\t'), (text, indent) => {
        const value = JSON.parse(text)
        assert.equal(reindentJson(JSON.stringify(value, null, indent)), JSON.stringify(value, null, 2))
      }),
    )
  })

  it('throws on anything else', () => {
    for (const text of ['', '{', '[1,]', 'x', '{"a":1}}', '"a'])
      assert.throws(() => reindentJson(text), SyntaxError)
  })
})
