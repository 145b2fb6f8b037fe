import assert from 'node:assert/strict'
import fc from 'fast-check'
import { autoipName, taskHostname, taskName, vipAddress } from '../../../src/domain/names.js'
import { isResolvable, mangle, mangleDotted, vipHostname, vipName } from '../../../src/domain/vip-name.js'

/** The rule once more, over whole byte strings instead of one byte after the other. */
function mangledBytes(bytes: Uint8Array): string {
  const ascii = [...bytes].map((byte) => (byte < 0x80 ? String.fromCharCode(byte) : '')).join('')
  const wanted = ascii
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/[_.]/g, '-')
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+/, '')
  const head = wanted.slice(0, 63)
  if (wanted.length <= 63) return head.replace(/-+$/, '')
  // Once a label is full its dashes at the end make room for letters and digits of the rest.
  return (head.replace(/-+$/, '') + wanted.slice(63).replaceAll('-', '')).slice(0, 63)
}

const unicode = fc.string({ unit: 'binary', maxLength: 200 })
/** UTF-16 code units at random, halves of surrogate pairs among them. */
const codeUnits = fc
  .array(fc.nat(0xffff), { maxLength: 200 })
  .map((units) => units.map((unit) => String.fromCharCode(unit)).join(''))
const likely = fc.string({
  unit: fc.constantFrom(...'aZ0-_./: %é\ud83d'),
  minLength: 0,
  maxLength: 200,
  size: 'max',
})
const dashes = fc.string({ unit: fc.constantFrom('-', '_', 'x'), minLength: 55, maxLength: 90, size: 'max' })
const anyText = fc.oneof(unicode, codeUnits, likely, dashes)

describe('a mangled name', () => {
  it('agrees with the rule for bytes', () => {
    fc.assert(
      fc.property(anyText, (text) => assert.equal(mangle(text), mangledBytes(Buffer.from(text)))),
      { numRuns: 2000 },
    )
  })

  it('is a DNS label or nothing', () => {
    fc.assert(fc.property(anyText, (text) => assert.match(mangle(text), /^$|^(?!-)[a-z0-9-]{1,63}(?<!-)$/)))
  })

  it('is mangled for good', () => {
    fc.assert(fc.property(anyText, (text) => assert.equal(mangle(mangle(text)), mangle(text))))
  })

  it('of dotted text has one label a piece, empty pieces left out', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const pieces = text.split('.').filter((piece) => piece !== '')
        assert.equal(mangleDotted(text), pieces.map(mangle).join('.'))
      }),
    )
    assert.equal(mangleDotted('a._.b'), 'a..b')
  })

  it('of a VIP joins label and framework', () => {
    assert.equal(vipName('/group/my-app', 'dev/Kafka_1'), 'groupmy-app.devkafka-1')
    assert.equal(vipHostname('/foo'), 'foo.marathon.l4lb.thisdcos.directory')
    assert.equal(vipAddress('/foo', 'kafka', 80), 'foo.kafka.l4lb.thisdcos.directory:80')
  })
})

describe('a name that DNS can carry', () => {
  const label = 'a'.repeat(63)
  const cases: [name: string, carried: boolean][] = [
    ['foo.marathon', true],
    [`${label}.${label}.${label}.${'a'.repeat(61)}`, true],
    [`${label}.${label}.${label}.${'a'.repeat(62)}`, false],
    [`${label}a.marathon`, false],
    ['.marathon', false],
    ['a..b', false],
    ['foo.', false],
    ['', false],
  ]
  for (const [name, carried] of cases)
    it(`${carried ? 'is' : 'is not'} ${name === '' ? 'the empty one' : name}`, () =>
      assert.equal(isResolvable(name), carried))
})

describe('a task name', () => {
  it('has the segments of the app id reversed', () => {
    assert.equal(taskName('/my-app'), 'my-app')
    assert.equal(taskName('/group/my-app'), 'my-app.group')
    assert.equal(taskName('/a/b/c'), 'c.b.a')
    assert.equal(taskName('/a//b/'), 'b.a')
  })

  it('becomes one label, unlike the name of a VIP', () => {
    assert.equal(autoipName('/outer/sub/myapp'), 'myapp-sub-outer.marathon.autoip.dcos.thisdcos.directory')
    assert.equal(
      taskHostname('containerip', 'kafka-0-broker', 'dev/kafka'),
      'kafka-0-broker.devkafka.containerip.dcos.thisdcos.directory',
    )
    assert.equal(
      taskHostname('agentip', 'kafka-0-broker', 'kafka.prod'),
      'kafka-0-broker.kafka-prod.agentip.dcos.thisdcos.directory',
    )
  })
})
