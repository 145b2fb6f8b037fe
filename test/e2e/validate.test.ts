import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { refusedAlike } from '../support/built-cluster.js'
import { projectRoot, runCli, tempDir } from '../support/run-cli.js'

const GOOD =
  '{"id": "/x", "cmd": "exec sleep 1", "portDefinitions": [{"port": 0, "labels": {"VIP_0": "/x:80"}}]}'
const BAD = GOOD.replace('/x:80', '/x:0').replace('{"id"', '{"mem": "much", "id"')
const WARNED = GOOD.replace('{"id"', '{"labels": {"VIP_0": "/x:80"}, "id"')

/** `dcos vip validate` in a folder with these files. */
function inFolder(files: Record<string, string>) {
  const cwd = tempDir()
  mkdirSync(join(cwd, 'sub/node_modules'), { recursive: true })
  mkdirSync(join(cwd, '.hidden'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  return (words: string[], input?: string) => runCli(['vip', 'validate', ...words], { cwd, input })
}

describe('dcos vip validate', () => {
  const validate = inFolder({
    'good.json': GOOD,
    'warned.json': WARNED,
    'sub/bad.json': BAD,
    'sub/cut.json': '{"id": "/x",\n',
    'sub/other.txt': 'no definition',
    'sub/node_modules/x.json': '{',
    '.hidden/x.json': '{',
  })

  it('is content with the examples', async () => {
    const { code, stdout } = await runCli(['vip', 'validate', join(projectRoot, 'examples'), '--strict'])
    assert.equal(code, 0, stdout)
    assert.match(stdout, /\d files, 0 errors, 0 warnings/)
  })

  it('walks folders, and names file, line and column', async () => {
    const { code, stdout, stderr } = await validate(['.'])
    assert.deepEqual([code, stderr], [3, ''])
    assert.match(stdout, /^sub\/bad\.json:1:\d+ error \/mem: expected a number/m)
    assert.match(stdout, /^sub\/cut\.json:2:1 error the file ends in the middle \(json-syntax\)\n {2}→ /m)
    assert.match(stdout, /^4 files, \d+ errors, [1-9]\d* warnings?$/m)
  })

  it('gives scripts everything', async () => {
    const { code, stdout } = await validate(['sub', 'good.json', '--json'])
    const report = JSON.parse(stdout)
    assert.equal(code, 3)
    assert.deepEqual(Object.keys(report), ['files', 'errors', 'warnings'])
    assert.deepEqual(
      report.files.map((file: { file: string; kind: string; valid: boolean }) => [
        file.file,
        file.kind,
        file.valid,
      ]),
      [
        ['sub/bad.json', 'app', false],
        ['sub/cut.json', 'unknown', false],
        ['good.json', 'app', true],
      ],
    )
    assert.deepEqual(Object.keys(report.files[0]), ['file', 'kind', 'valid', 'findings'])
    const [finding] = report.files[0].findings
    const keys = ['rule', 'severity', 'path', 'line', 'column', 'message', 'fix']
    assert.deepEqual(Object.keys(finding), keys)
  })

  it('turns warnings into errors with --strict', async () => {
    assert.equal((await validate(['warned.json'])).code, 0)
    const { code, stdout } = await validate(['warned.json', '--strict', '--json'])
    const report = JSON.parse(stdout)
    assert.deepEqual([code, report.warnings, report.files[0].valid], [3, 0, false])
  })

  it('reads stdin, once', async () => {
    assert.equal((await validate(['-'], GOOD)).code, 0)
    const { code, stdout } = await validate(['-', 'good.json', '-'], BAD)
    assert.equal(code, 3)
    assert.match(stdout, /^stdin:1:\d+ error[\s\S]*2 files/m)
  })

  it('goes on after a file that cannot be read', async () => {
    const { code, stdout } = await validate(['nope.json', 'good.json'])
    assert.equal(code, 3)
    assert.match(
      stdout,
      /^nope\.json:1:1 error the file cannot be read: there is no such file[\s\S]*2 files/m,
    )
  })

  it('does not call nothing valid', async () => {
    const empty = tempDir()
    const words = ['vip', 'validate', empty]
    const refusal = refusedAlike(await runCli(words), await runCli([...words, '--json']), 1)
    assert.equal(refusal.code, 'E_NO_DEFINITIONS')
  })

  it('writes annotations for GitHub', async () => {
    const { code, stdout } = await validate(['sub/cut.json', '--format', 'github'])
    assert.equal(code, 3)
    assert.equal(
      stdout,
      '::error file=sub/cut.json,line=2,col=1,title=json-syntax::the file ends in the middle\n',
    )
  })

  it('writes SARIF', async () => {
    const { stdout } = await validate(['.', '--format', 'sarif'])
    const log = JSON.parse(stdout)
    assert.equal(log.version, '2.1.0')
    const [{ tool, results }] = log.runs
    assert.equal(tool.driver.name, 'dcos-vip')
    const rules = tool.driver.rules.map((rule: { id: string }) => rule.id)
    for (const { ruleId, level, message, locations } of results) {
      assert.ok(rules.includes(ruleId))
      assert.match(level, /^(error|warning|note)$/)
      assert.equal(typeof message.text, 'string')
      const { artifactLocation, region } = locations[0].physicalLocation
      assert.match(artifactLocation.uri, /\.json$/)
      assert.ok(region.startLine >= 1 && region.startColumn >= 1)
    }
  })

  it('writes JUnit', async function () {
    const { stdout } = await validate(['.', '--format', 'junit'])
    assert.match(stdout, /<testsuites tests="4" failures="2" errors="0">/)
    assert.match(stdout, /<testcase classname="app" name="good\.json"\/>/)
    const python = spawnSync('python3', ['-c', 'import sys, xml.dom.minidom as m; m.parse(sys.stdin)'], {
      input: stdout,
    })
    if (python.error) return this.skip()
    assert.equal(python.status, 0, String(python.stderr))
  })

  for (const words of [[], ['good.json', '--format', 'yaml'], ['good.json', '--nonsense']]) {
    it(`refuses ${words.join(' ') || 'no file'}`, async () => {
      const { code, stdout } = await validate(words)
      assert.deepEqual([code, stdout], [2, ''])
    })
  }
})
