import assert from 'node:assert/strict'
import { appIdOf, type CreateWords, newAppOf, vipLabelOf } from '../../../src/operations/create-request.js'
import { UserError } from '../../../src/shared/errors.js'

const WORDS: CreateWords = {
  name: 'x',
  publish: ['80:0'],
  cmd: 'exec sleep 1',
  network: 'host',
  instances: 1,
  cpus: 0.1,
  mem: 128,
  env: [],
  label: [],
}
const wish = (changes: Partial<CreateWords>) => newAppOf({ ...WORDS, ...changes })

const thrownBy = (work: () => unknown): UserError => {
  try {
    work()
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  assert.fail('nothing was refused')
}

describe('the words of vip create', () => {
  it('are the app that they ask for', () => {
    const app = wish({
      name: '/shop/Cart',
      id: 'shop/cart/',
      publish: ['80:8080/tcp,udp,name=web,host-port=1'],
      network: 'bridge',
      env: ['A=b=c', 'EMPTY='],
      label: ['team=shop'],
      healthCheck: 'http:health',
    })
    assert.deepEqual(app, {
      id: '/shop/cart',
      label: '/shop/Cart',
      publish: [{ vipPort: 80, containerPort: 8080, protocols: ['udp', 'tcp'], name: 'web', hostPort: 1 }],
      cmd: 'exec sleep 1',
      network: { mode: 'container/bridge' },
      instances: 1,
      cpus: 0.1,
      mem: 128,
      env: { A: 'b=c', EMPTY: '' },
      labels: { team: 'shop' },
      healthCheck: { kind: 'http', path: '/health' },
    })
  })

  const checks: [text: string, wish: object][] = [
    ['tcp', { kind: 'tcp' }],
    ['http:/a:b', { kind: 'http', path: '/a:b' }],
    ['http', { kind: 'http', path: '/' }],
    ['command:test -f x:y', { kind: 'command', command: 'test -f x:y' }],
  ]
  for (const [text, expected] of checks)
    it(`read the health check ${text}`, () =>
      assert.deepEqual(wish({ healthCheck: text }).healthCheck, expected))

  const networks: [text: string, network: object][] = [
    ['host', { mode: 'host' }],
    ['bridge', { mode: 'container/bridge' }],
    ['dcos', { mode: 'container', name: 'dcos' }],
  ]
  for (const [text, network] of networks)
    it(`read the network ${text}`, () =>
      assert.deepEqual(wish({ network: text, publish: ['80:8080'] }).network, network))

  const ids: [text: string, id: string | null][] = [
    ['x', '/x'],
    ['//a//b/', '/a/b'],
    ['a.b-c', '/a.b-c'],
    ['', null],
    ['A', null],
    ['a_b', null],
    ['-a', null],
    ['a..b', null],
    ['a/restart', null],
    ['tasks', null],
  ]
  for (const [text, id] of ids) it(`make ${id} of the id '${text}'`, () => assert.equal(appIdOf(text), id))

  const labels: [name: string, ip: string | undefined, label: string][] = [
    ['web', undefined, '/web'],
    ['//web', undefined, '/web'],
    ['any', '10.1.2.3', '10.1.2.3'],
    ['any', '[2001:db8::1]', '2001:db8::1'],
  ]
  for (const [name, ip, label] of labels)
    it(`make the label ${label}`, () => assert.equal(vipLabelOf(name, ip), label))

  const refused: [changes: Partial<CreateWords>, exitCode: number, says: RegExp][] = [
    [{ name: undefined }, 2, /name of the VIP/],
    [{ name: '/' }, 3, /DNS/],
    [{ publish: [] }, 2, /ports/],
    [{ publish: ['x'] }, 2, /container port/],
    [{ cmd: undefined }, 2, /runs/],
    [{ network: 'A B' }, 2, /--network/],
    [{ network: 'dcos' }, 2, /assigns no ports/],
    [{ publish: ['1:1,host-port=1'] }, 2, /host-port/],
    [{ env: ['=x'] }, 2, /--env/],
    [{ healthCheck: 'command:' }, 2, /--health-check/],
    [{ ip: '10.0.0' }, 2, /--ip/],
    [{ ip: '11.0.0.1' }, 3, /pool/],
    [{ id: 'X' }, 3, /--id/],
    [{ name: 'X' }, 2, /--id/],
  ]
  for (const [changes, exitCode, says] of refused) {
    it(`refuse ${JSON.stringify(changes)}`, () => {
      const error = thrownBy(() => wish(changes))
      assert.equal(error.exitCode, exitCode)
      assert.match(`${error.message} ${error.next.join(' ')}`, says)
    })
  }
})
