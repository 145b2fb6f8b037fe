import assert from 'node:assert/strict'
import { blanker, excerpt, isLoopback } from '../../../src/clients/http-error.js'

describe('secrets', () => {
  const blank = blanker(['s3cret+/=', null, '', 'abc'])
  const cases: [string, string][] = [
    ['x s3cret+/= y s3cret+/=', 'x ******** y ********'],
    ['?t=s3cret%2B%2F%3D', '?t=********'],
    ['Authorization: token=another.one-1234', 'Authorization: token=********'],
    ['Bearer eyJhbGciOiJI.x.y z', 'Bearer ******** z'],
    ['abc is no secret, token= neither', 'abc is no secret, token= neither'],
  ]
  for (const [from, to] of cases) it(`are blanked in: ${from}`, () => assert.equal(blank(from), to))
})

describe('excerpts', () => {
  it('are one line, short and free of control characters', () => {
    assert.equal(excerpt(' a\r\n\tb\u001b[2Jc\u009b '), 'a b [2Jc')
    assert.equal(excerpt('x'.repeat(300), 5), 'xxxxx…')
  })
})

describe('loopback', () => {
  for (const url of ['http://localhost:1', 'http://127.9.9.9', 'http://[::1]:80']) {
    it(`is ${url}`, () => assert.equal(isLoopback(url), true))
  }
  it('is no other', () => assert.equal(isLoopback('http://127.example'), false))
})
