import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot, tempDir } from '../support/run-cli.js'

/** A command of the README and, in a console block, the output that stands below it. */
interface Step {
  command: string
  output: string | null
}

/** Everything that is typed in the README, in order, from the first cluster command on. */
function readmeSteps(): Step[] {
  const text = readFileSync(join(projectRoot, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/```(sh|console)\n(.*?)```/gs)]
  return blocks.flatMap(([, kind, body]) => (kind === 'sh' ? typed(body!) : session(body!)))
}

function typed(body: string): Step[] {
  const commands = body.trim().split('\n')
  return commands.filter((line) => line.startsWith('dcos ')).map((command) => ({ command, output: null }))
}

function session(body: string): Step[] {
  const parts = body.replace(/^# .*\n/gm, '').split(/^\$ /m)
  return parts.slice(1).map((part) => {
    const [command = '', ...output] = part.trimEnd().split('\n')
    return { command, output: output.join('\n') }
  })
}

/** What differs from run to run: ids of tasks, and ports where another cluster has the usual ones. */
function settled(text: string): string {
  return text
    .replace(/instance-[0-9a-f-]{36}/g, 'instance-ID')
    .replace(/127\.\d+\.\d+\.\d+:\d+(, not by its own address: see `dcos vip show`)?/g, '127.A.B.C:PORT')
    .trimEnd()
}

describe('the README', () => {
  const home = tempDir()
  const checkout = join(home, 'checkout')
  const shim = join(home, 'bin')
  const run = (command: string) =>
    spawnSync('bash', ['-c', command], {
      cwd: checkout,
      encoding: 'utf8',
      timeout: 60_000,
      env: { PATH: `${shim}:${process.env.PATH}`, HOME: home },
    })
  const has = (tool: string) => run(`command -v ${tool}`).status === 0

  before(() => {
    mkdirSync(shim)
    cpSync(join(projectRoot, 'examples'), join(checkout, 'examples'), { recursive: true })
    writeFileSync(
      join(shim, 'dcos'),
      `#!/bin/sh\nexec "${process.execPath}" "${join(projectRoot, 'bin/run.js')}" "$@"\n`,
    )
    chmodSync(join(shim, 'dcos'), 0o755)
  })

  after(() => {
    run('dcos local down --delete')
  })

  it('shows commands that work and outputs that are real', function () {
    this.timeout(120_000)
    const names = run('dcos local up --port 0 --dns-port 0 && dcos local status --json').stdout.includes(
      '"works": true',
    )
    const missing = ['curl', 'jq'].filter((tool) => !has(tool))
    const skipped: string[] = []
    for (const { command, output } of readmeSteps()) {
      const needsNames = command.includes('local exec') && !names
      if (needsNames || missing.some((tool) => command.includes(`${tool} `))) {
        skipped.push(command)
        continue
      }
      if (command.startsWith('cat ')) {
        writeFileSync(join(checkout, command.slice(4)), `${output}\n`)
        continue
      }
      const result = run(command)
      const expected = command.includes('validate cart.json') ? 3 : 0
      assert.equal(result.status, expected, `${command}\n${result.stdout}${result.stderr}`)
      const shown = command === 'dcos local up' ? null : output
      if (shown !== null) assert.equal(settled(result.stdout), settled(shown), command)
    }
    if (skipped.length > 0) console.error(`      not run here: ${skipped.join('; ')}`)
  })
})
