import assert from 'node:assert/strict'
import type { ReportedFinding, ValidationReport } from '../../../src/operations/validate-files.js'
import { findingsAs } from '../../../src/views/findings.js'

const finding = (changes: Partial<ReportedFinding>): ReportedFinding => ({
  rule: 'a-rule',
  severity: 'error',
  path: '/id',
  line: 3,
  column: 7,
  message: 'is <wrong> & "odd"',
  fix: null,
  ...changes,
})

const REPORT: ValidationReport = {
  files: [
    {
      file: 'a b/x,y.json',
      kind: 'app',
      valid: false,
      findings: [
        finding({}),
        finding({ severity: 'warning', path: '/', message: '100%\nsure\u0007', fix: 'write it' }),
        finding({ severity: 'info', message: 'fine' }),
      ],
    },
    { file: '/good.json', kind: 'pod', valid: true, findings: [] },
  ],
  errors: 1,
  warnings: 1,
}

const shown = (format: string, colour = false) =>
  findingsAs(format, REPORT, { colour, tool: { name: 'dcos-vip', version: '1.2.3' } })

describe('findings', () => {
  it('are lines for people, each with its place and its mend', async () => {
    const lines = (await shown('text')).split('\n')
    assert.equal(lines[0], 'a b/x,y.json:3:7 error /id: is <wrong> & "odd" (a-rule)')
    assert.equal(lines.at(-2), 'a b/x,y.json:3:7 info /id: fine (a-rule)')
    assert.equal(lines.at(-1), '2 files, 1 error, 1 warning')
    assert.ok(lines.includes('  → write it'))
    assert.ok((await shown('text', true)).includes('\u001b[31merror'))
  })

  it('are workflow commands for GitHub, escaped', async () => {
    assert.deepEqual((await shown('github')).split('\n'), [
      '::error file=a b/x%2Cy.json,line=3,col=7,title=a-rule::/id: is <wrong> & "odd"',
      '::warning file=a b/x%2Cy.json,line=3,col=7,title=a-rule::100%25%0Asure\u0007',
      '::notice file=a b/x%2Cy.json,line=3,col=7,title=a-rule::/id: fine',
    ])
  })

  it('are a SARIF log', async () => {
    const [run] = JSON.parse(await shown('sarif')).runs
    assert.deepEqual(run.tool.driver, { name: 'dcos-vip', version: '1.2.3', rules: [{ id: 'a-rule' }] })
    assert.deepEqual(
      run.results.map((result: { level: string; message: { text: string } }) => [
        result.level,
        result.message.text,
      ]),
      [
        ['error', '/id: is <wrong> & "odd"'],
        ['warning', '100%\nsure\u0007 → write it'],
        ['note', '/id: fine'],
      ],
    )
    const { artifactLocation, region } = run.results[0].locations[0].physicalLocation
    assert.deepEqual([artifactLocation.uri, region], ['a%20b/x%2Cy.json', { startLine: 3, startColumn: 7 }])
  })

  it('are a JUnit report, in which a file fails by its errors', async () => {
    assert.equal(
      await shown('junit'),
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="2" failures="1" errors="0">
  <testsuite name="dcos-vip" tests="2" failures="1" errors="0">
    <testcase classname="app" name="a b/x,y.json">
      <failure message="a b/x,y.json:3:7 error /id: is &lt;wrong&gt; &amp; &quot;odd&quot; (a-rule)">a b/x,y.json:3:7 error /id: is &lt;wrong&gt; &amp; &quot;odd&quot; (a-rule)</failure>
      <system-out>a b/x,y.json:3:7 warning 100%&#10;sure\ufffd (a-rule) → write it&#10;a b/x,y.json:3:7 info /id: fine (a-rule)</system-out>
    </testcase>
    <testcase classname="pod" name="/good.json"/>
  </testsuite>
</testsuites>`,
    )
  })
})
