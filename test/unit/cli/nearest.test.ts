import assert from 'node:assert/strict'
import fc from 'fast-check'
import { nearest } from '../../../src/cli/nearest.js'
import { UnknownCommandError } from '../../../src/cli/unknown-command.js'

const ids = ['vip:list', 'vip:create', 'vip:validate', 'local:up', 'marathon:app:list']

const guesses: [typed: string, guess: string | undefined][] = [
  ['vip lst', 'vip list'],
  ['vpi list', 'vip list'],
  ['vip vlidate app.json', 'vip validate'],
  ['local upp --json', 'local up'],
  ['marathon ap list', 'marathon app list'],
  ['vip-list', 'vip list'],
  ['banana', undefined],
  ['--nonsense', undefined],
]

describe('nearest', () => {
  it('finds a candidate that was typed with one letter more', () => {
    const letters = fc.stringMatching(/^[a-z]{3,12}$/)
    fc.assert(
      fc.property(letters, fc.nat(), (word, place) => {
        const cut = place % (word.length + 1)
        assert.equal(nearest(`${word.slice(0, cut)}#${word.slice(cut)}`, ['1234567890', word]), word)
      }),
    )
  })

  for (const [typed, guess] of guesses) {
    it(`dcos ${typed} → ${guess ?? 'no guess'}`, () => {
      const error = new UnknownCommandError(typed.split(' '), ids)
      assert.equal(error.exitCode, 2)
      const hint = error.next.find((text) => text.startsWith('Did you mean'))
      assert.equal(hint, guess && `Did you mean \`dcos ${guess}\`?`)
    })
  }
})
