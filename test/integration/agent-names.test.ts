import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processesMarked } from '../../src/local/kit/processes.js'
import { systemTool } from '../../src/local/parts/agent/find-program.js'
import { writeHosts } from '../../src/local/parts/agent/hosts-file.js'
import { commandWithNames, probeNames } from '../../src/local/parts/agent/names.js'
import { HostProcess } from '../support/host-process.js'

const NAME = 'late.marathon.l4lb.thisdcos.directory'
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const asNode = `${process.execPath} -e 'require("dns").lookup("${NAME}", (e, a) => console.log("node", a))'`
/** Prints who it is and what it may do, then looks for the name until it is there. */
const LOOK = `echo who $(id -u) $(grep CapEff /proc/self/status); echo pid $$
until getent hosts ${NAME}; do sleep 0.02; done; ${asNode}; echo looked; exec sleep 60`

/** Leaves its group and does not mind SIGTERM. */
const DAEMON = `setsid sh -c 'trap "" TERM; while :; do sleep 60; done' & sleep 60`

const root = process.getuid?.() === 0
const PRIVATE = root ? [] : ['--map-current-user', '--keep-caps']
const users: [string, string[], boolean][] = [
  ['the user who runs the tests', [], allowed(...PRIVATE)],
  ['an ordinary user', NOBODY, root && allowed('--map-current-user', '--keep-caps')],
]

/** Whether this machine lets such a namespace mount: asked without the code under test. */
function allowed(...rights: string[]): boolean {
  const before = root && rights.length > 0 ? NOBODY : []
  const argv = [...before, 'unshare', ...rights, '--mount', 'mount', '--bind', '/etc/hosts', '/etc/hosts']
  const [file = '', ...args] = argv
  return process.platform === 'linux' && spawnSync(file, args).status === 0
}

describe('agent: the names of the cluster', () => {
  let dir: string
  let host: HostProcess | undefined
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dcos-names-'))
  })
  afterEach(async () => {
    await host?.end('stop')
    rmSync(dir, { recursive: true, force: true })
  })

  for (const [who, before, possible] of users) {
    it(`reach a task that runs already, for ${who}`, async function () {
      if (!possible) return this.skip()
      if (before.length > 0) chownSync(dir, 65534, 65534)
      host = new HostProcess(dir, [LOOK, DAEMON], before)
      const [, state] = await host.printed(/^names (.*)$/m)
      assert.equal(state, '{"works":true,"reason":null}')
      const stdout = () => readFileSync(join(dir, 'tasks', 't0', 'stdout'), 'utf8')
      await host.printed(/t0 TASK_RUNNING/)
      while (!stdout().includes('pid')) await new Promise((soon) => setTimeout(soon, 10))
      assert.ok(!stdout().includes(NAME))
      host.say(`name ${NAME} 127.134.216.93`)
      while (!stdout().includes('looked')) await new Promise((soon) => setTimeout(soon, 10))
      assert.match(stdout(), new RegExp(`127\\.134\\.216\\.93\\s+${NAME}[^]*node 127\\.134\\.216\\.93`))
      const [, uid, capabilities] = /who (\d+) CapEff:\s*(\w+)/.exec(stdout()) ?? []
      const expected = before.length > 0 ? '65534' : String(process.getuid?.())
      assert.equal(uid, expected)
      if (expected !== '0') assert.match(capabilities ?? '', /^0+$/)
      const record = JSON.parse(readFileSync(join(dir, 'records', 't0.json'), 'utf8'))
      assert.match(stdout(), new RegExp(`pid ${record.process.pid}\n`))
      assert.ok(!readFileSync('/etc/hosts', 'utf8').includes(NAME))
      await host.end('stop')
      assert.match(host.output, /t0 TASK_KILLED Command terminated with signal/)
      assert.deepEqual([...processesMarked('MESOS_SANDBOX', dir).keys()], [])
    })
  }

  it('leave a command as it is where they do not work', () => {
    const argv = ['curl', 'http://x/']
    const names = { works: false, reason: 'no' }
    assert.deepEqual(commandWithNames({ argv, hostsFile: '/h', names }), argv)
  })

  it('are seen by any command that is wrapped, which keeps its arguments, status and pid', async function () {
    const hostsFile = join(dir, 'a hosts "file"')
    writeHosts(hostsFile, new Map([[NAME, '127.1.1.1']]))
    if (!users[0]?.[2]) return this.skip()
    const names = await probeNames(hostsFile)
    assert.deepEqual(names, { works: true, reason: null })
    const script = `console.log(process.pid, ...process.argv.slice(1)); process.exitCode = 7`
    const argv = [process.execPath, '-e', script, '--', 'a b', '$HOME', '', '*']
    const [file = '', ...args] = commandWithNames({ argv, hostsFile, names })
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    assert.deepEqual(await once(child, 'close'), [7, null])
    assert.equal(output, `${child.pid} a b $HOME  *\n`)
    const [look = '', ...rest] = commandWithNames({ argv: ['getent', 'hosts', NAME], hostsFile, names })
    assert.match(execFileSync(look, rest, { encoding: 'utf8' }), /^127\.1\.1\.1/)
  })

  it('say in one sentence why they do not work', async function () {
    if (process.platform !== 'linux') return this.skip()
    const hostsFile = join(dir, 'hosts')
    writeHosts(hostsFile, new Map())
    if (!root || !systemTool('setpriv')) return this.skip()
    chmodSync(dir, 0o755)
    const names = new URL('../../src/local/parts/agent/names.ts', import.meta.url)
    const script = `console.log(JSON.stringify(await (await import('${names}')).probeNames('${hostsFile}')))`
    const powerless = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-all', '--']
    const argv = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script]
    const [file = '', ...args] = [...powerless, ...argv]
    const state = JSON.parse(execFileSync(file, args, { encoding: 'utf8' }))
    assert.equal(state.works, false)
    assert.match(state.reason, /^Tasks cannot see the cluster's names, because .*Operation not permitted\.$/)
  })
})
