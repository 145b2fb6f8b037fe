import assert from 'node:assert/strict'
import { hasProgram, useBuiltCluster } from '../support/built-cluster.js'
import { CTRL_C, DOWN, ENTER, onTerminal, type Turn } from '../support/terminal.js'

const SHOW_CURSOR = '\u001b[?25h'
const HIDE_CURSOR = '\u001b[?25l'

describe('questions on a terminal', () => {
  before(function () {
    if (!hasProgram('script')) this.skip()
  })

  const cluster = useBuiltCluster()
  const run = (words: string[], turns: Turn[], env = {}) =>
    onTerminal(words, turns, { ...cluster.env, ...env })

  it('vip create asks in the order of the web form, and shows the address as it takes shape', async () => {
    const { code, text } = await run(
      ['vip', 'create'],
      [
        [/Service ID/, 'My'],
        [/→ my\.marathon\.l4lb\.thisdcos\.directory/, ENTER],
        [/Service ids hold lower-case letters/, '\b\b/shop/cart'],
        [/→ shopcart\.marathon\.l4lb\.thisdcos\.directory/, ENTER],
        [/Instances/, ENTER],
        [/Container image/, ENTER],
        [/CPUs/, ENTER],
        [/Memory \(MiB\)/, ENTER],
        [/Command/, ENTER],
        [/Say what the app runs/, 'exec sleep 1000'],
        [/exec sleep 1000/, ENTER],
        [/Network type/, ENTER],
        [/Service endpoint name/, `web${ENTER}`],
        [/Host port \(0: assigned automatically\)/, ENTER],
        [/Protocol/, ENTER],
        [/Load balanced port/, '0'],
        [/→ shopcart\S+:/, ENTER],
        [/A port from 1 to 65535/, '\b8080'],
        [/→ shopcart\.marathon\.l4lb\.thisdcos\.directory:8080/, ENTER],
        [/Add another service endpoint\?/, `y${ENTER}`],
        [/Service endpoint name/, ENTER],
        [/Host port/, ENTER],
        [/Protocol/, DOWN],
        [/❯ UDP/, ENTER],
        [/Load balanced port/, `53${ENTER}`],
        [/Add another service endpoint\?/, ENTER],
        [/Run \/shop\/cart\?/, ENTER],
      ],
    )
    assert.equal(code, 0, text)
    const { backends } = await cluster.json('vip', 'show', '/shop/cart:8080')
    assert.equal(backends[0].app, '/shop/cart')
    assert.equal((await cluster.json('vip', 'show', '/shop/cart:53/udp')).status, 'healthy')
  })

  it('vip create asks only for what is missing, other rows for other networks', async () => {
    const { code } = await run(
      ['vip', 'create', 'part', '--cmd', 'exec sleep 1000', '--yes', '--dry-run'],
      [
        [/Network type/, DOWN],
        [/❯ Bridge/, ENTER],
        [/Container port/, ENTER],
        [/Service endpoint name/, ENTER],
        [/Host port \(0: assigned automatically\)/, ENTER],
        [/Protocol/, ENTER],
        [/Load balanced port.*8080/s, ENTER],
        [/Add another/, ENTER],
        [/"VIP_0": "\/part:8080"/, ''],
      ],
    )
    assert.equal(code, 0)
  })

  it('vip create makes nothing when the review is declined', async () => {
    const { code, text } = await run(
      ['vip', 'create', 'declined', '-p', '80:0'],
      [
        [/Container image/, ENTER],
        [/Command/, `exec sleep 1000${ENTER}`],
        [/Run declined\?/, `n${ENTER}`],
      ],
    )
    assert.equal(code, 1)
    assert.match(text, /Nothing was created/)
    assert.equal((await cluster.dcos(['vip', 'show', 'declined:80'])).code, 1)
  })

  it('Ctrl-C at a question ends with 130 and a cursor', async () => {
    const { code, raw } = await run(['vip', 'create'], [[/Service ID/, CTRL_C]])
    assert.equal(code, 130)
    assert.ok(raw.lastIndexOf(SHOW_CURSOR) >= raw.lastIndexOf(HIDE_CURSOR))
    assert.doesNotMatch(raw, /Error/)
  })

  it('vip delete asks first: no changes nothing, Ctrl-C ends with 130, yes deletes, --yes is not asked', async () => {
    for (const name of ['asked', 'sure'])
      await cluster.ok('vip', 'create', name, '-p', '80:0', '--cmd', 'exec sleep 1000')
    const no = await run(
      ['vip', 'delete', 'asked:80'],
      [[/restarts the tasks of \/asked[\s\S]*Go on\?/, `n${ENTER}`]],
    )
    assert.deepEqual([no.code, /Nothing was changed/.test(no.text)], [1, true])
    assert.equal((await run(['vip', 'delete', 'asked:80'], [[/Go on\?/, CTRL_C]])).code, 130)
    await cluster.ok('vip', 'show', 'asked:80')
    const yes = await run(['vip', 'delete', 'asked:80'], [[/Go on\?/, ENTER]])
    assert.deepEqual([yes.code, /is gone from \/asked/.test(yes.text)], [0, true])
    const sure = await run(['vip', 'delete', 'sure:80', '--yes'], [[/is gone/, '']])
    assert.deepEqual([sure.code, /Go on/.test(sure.text)], [0, false])
  })

  it('asks nothing under CI or --json, though a terminal is there', async () => {
    for (const [words, env] of [
      [['vip', 'create'], { CI: 'true' }],
      [['vip', 'create', '--json'], {}],
    ] as const)
      assert.equal((await run([...words], [[/name of the VIP/, '']], env)).code, 2)
  })

  it('Ctrl-C while it waits ends with 130, and says that the deployment goes on', async () => {
    const words = ['vip', 'create', 'slow', '-p', '80:0', '--cmd', 'exec sleep 1000', '--health-check', 'tcp']
    const { code, text } = await run(words, [[/Waiting for \/slow: 1 of 1 instances run, 0 pass/, CTRL_C]])
    assert.equal(code, 130)
    assert.match(text, /the deployment of \/slow goes on/)
    await cluster.ok('vip', 'show', 'slow:80')
  })
})
