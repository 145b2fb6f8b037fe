import assert from 'node:assert/strict'
import fc from 'fast-check'
import { normalizeApp } from '../../../src/definitions/normalize-app.js'
import { serverValidation } from '../../../src/definitions/server-validation.js'
import { validateApp } from '../../../src/definitions/validate-app.js'
import { validateAppText } from '../../../src/definitions/validate-text.js'

describe('the text of a definition', () => {
  it('places findings at the key or the value', () => {
    const text =
      '{\n  "id": "/a",\n  "cmd": "sleep 1",\n  "foo": 1,\n  "portDefinitions": [\n    {"labels": {"VIP_0": "x"}}\n  ]\n}'
    assert.deepEqual(
      validateAppText(text).findings.map(({ rule, line, column }) => [rule, line, column]),
      [
        ['unknown-field', 4, 3],
        ['vip-port', 6, 26],
      ],
    )
  })

  for (const [text, kind] of [
    ['{"id":"/a"}', 'app'],
    ['{"id":"/a","containers":[]}', 'pod'],
    ['{"id":"/a","apps":[]}', 'group'],
    ['{"id":"/a","groups":[]}', 'group'],
    ['[]', 'unknown'],
    ['', 'unknown'],
  ] as const)
    it(`takes ${text || 'nothing'} for ${kind}`, () => assert.equal(validateAppText(text).kind, kind))

  for (const text of ['', '[]', '1', 'null', '"x"', '{'])
    it(`has an error for ${text || 'nothing'}`, () =>
      assert.equal(validateAppText(text).findings[0]?.severity, 'error'))

  it('checks the apps of groups in groups', () => {
    const text =
      '{"id":"/g","groups":[{"id":"h","apps":[{"id":"x","cmd":"sleep 1"},{"id":"Y"},{"id":"z","cmd":"s"}]}]}'
    const errors = validateAppText(text).findings.map(({ path, serverError }) => [path, serverError?.path])
    assert.deepEqual(errors, [
      ['/groups(0)/apps(1)/id', '/groups(0)/apps(1)/id'],
      ['/groups(0)/apps(2)/cmd', '/'],
    ])
  })

  it('checks the VIPs of pods', () => {
    const pod = { id: '/p', containers: [{ name: 'c', endpoints: [{ name: 'e', labels: { VIP_0: '/p' } }] }] }
    assert.deepEqual(
      validateAppText(JSON.stringify(pod))
        .findings.map(({ rule }) => rule)
        .sort(),
      ['vip-port', 'vip-without-protocol'],
    )
  })
})

/** Values that look like definitions: known fields with anything in them. */
const FIELDS = [
  'id',
  'cmd',
  'args',
  'container',
  'docker',
  'image',
  'type',
  'volumes',
  'portMappings',
  'portDefinitions',
  'labels',
  'VIP_0',
  'networks',
  'mode',
  'name',
  'ports',
  'uris',
  'ipAddress',
  'discovery',
  'healthChecks',
  'protocol',
  'command',
  'check',
  'constraints',
  'env',
  'secrets',
  'apps',
  'groups',
  'containers',
  'endpoints',
  'unreachableStrategy',
  '__proto__',
  'persistent',
  'external',
  'options',
  'network',
  'readinessChecks',
  'resourceLimits',
  'upgradeStrategy',
  'fetch',
  'dependencies',
]
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom<unknown>(
      '/a',
      'tcp',
      'MESOS',
      'BRIDGE',
      '/web:80',
      '',
      null,
      0,
      1,
      -1,
      80,
      1.5,
      true,
      [],
      {},
    ),
    fc.string(),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie('value'), { maxKeys: 8 }),
  ),
})).value

describe('any definition whatever', () => {
  it('is checked without a throw, and what is accepted can be stored', () => {
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue()), (value) => {
        const errors = validateApp(value).filter(({ severity }) => severity === 'error')
        const answer = serverValidation(value)
        assert.equal(
          answer.ok,
          errors.every(({ serverError }) => serverError === undefined),
        )
        serverValidation(value, { update: true })
        if (answer.ok) normalizeApp(answer.app)
      }),
      { numRuns: 3000 },
    )
  })

  it('has every finding at a place within its text', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        const lines = text.split('\n')
        for (const { line, column } of validateAppText(text).findings)
          assert.ok(line <= lines.length && column <= lines[line - 1]!.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('may be no definition and no JSON', () => {
    fc.assert(
      fc.property(fc.string(), (text) => void validateAppText(text)),
      { numRuns: 2000 },
    )
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => void validateAppText(bytes)),
      { numRuns: 1000 },
    )
  })

  it('may be nested 10,000 levels deep', () => {
    let deep: unknown = {}
    for (let i = 0; i < 10_000; i++) deep = { a: deep }
    assert.ok(validateApp(deep).length > 0)
    assert.ok(validateApp({ id: '/a', container: { docker: deep } }).length > 0)
  })
})
