import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import type { VipReport } from '../../../src/domain/vip-report.js'
import { createdVips, vipDetails, vipTable } from '../../../src/views/vips.js'

const backend = (port: number, weight: 0 | 1 | null, healthy: boolean | null) => ({
  ip: '10.0.0.5',
  port,
  task: weight === null ? null : `t${port}`,
  app: '/x',
  healthy,
  weight,
})

const report = (changes: Partial<VipReport> = {}): VipReport => ({
  address: 'x.marathon.l4lb.thisdcos.directory:80',
  kind: 'named',
  label: '/x:80',
  framework: 'marathon',
  protocol: 'tcp',
  port: 80,
  ip: '11.1.2.3',
  connect: '127.1.2.3:80',
  status: 'degraded',
  apps: ['/x'],
  backends: [backend(1, 1, true), backend(2, 0, false)],
  ...changes,
})

describe('VIPs on the screen', () => {
  it('are one line each in a list', async () => {
    const text = await vipTable(
      [report(), report({ ip: null, apps: [], backends: [], status: 'down' })],
      false,
    )
    assert.deepEqual(text.split('\n'), [
      'ADDRESS                                PROTO  IP        STATUS    BACKENDS  APP',
      'x.marathon.l4lb.thisdcos.directory:80  tcp    11.1.2.3  degraded  1/2       /x',
      'x.marathon.l4lb.thisdcos.directory:80  tcp    -         down      0/0       marathon',
    ])
  })

  it('are the same with colours, but for the colours', async () => {
    const coloured = await vipTable([report()], true)
    assert.ok(coloured.includes('\u001b[33mdegraded'))
    assert.equal(stripVTControlCharacters(coloured), await vipTable([report()], false))
  })

  it('are shown with their backends, and what is not known is called so', async () => {
    const unknown = report({ ip: null, connect: null, label: null, backends: [backend(3, null, null)] })
    const text = await vipDetails(unknown, 'because', false)
    assert.match(text, /^Virtual IP: +unknown$/m)
    assert.match(text, /^Connect: +not reachable from this machine\n +because$/m)
    assert.match(text, /^10\.0\.0\.5:3 +unknown +unknown +-$/m)
  })

  it('say why nobody answers', async () => {
    const down = (changes: Partial<VipReport>) =>
      vipDetails(report({ status: 'down', ...changes }), null, false)
    assert.match(await down({ backends: [] }), /down \(no task of its app runs\)/)
    assert.match(await down({}), /down \(no backend takes new connections\)/)
  })

  it('are told apart by protocol when they are made', async () => {
    const vips = [report(), report({ protocol: 'udp', connect: null })]
    assert.equal(
      await createdVips({ vips, app: '/x' }, false),
      `x.marathon.l4lb.thisdcos.directory:80  degraded  1/2 backends  (here: 127.1.2.3:80)
x.marathon.l4lb.thisdcos.directory:80/udp  degraded  1/2 backends`,
    )
  })
})
