import assert from 'node:assert/strict'
import { declaredVips } from '../../../src/domain/declared-vips.js'
import { type NewApp, newApp } from '../../../src/domain/new-app.js'
import { parsePublish } from '../../../src/domain/publish.js'
import { addressOf } from '../../../src/domain/vip-address.js'

function wish(publish: string[], changes: Partial<NewApp> = {}): NewApp {
  return {
    id: '/shop/cart',
    label: '/shop/cart',
    publish: publish.map(parsePublish),
    network: { mode: 'host' },
    instances: 2,
    cpus: 0.5,
    mem: 64,
    env: {},
    labels: {},
    ...changes,
  }
}

const frame = { id: '/shop/cart', cpus: 0.5, mem: 64, instances: 2 }
const dcos = { mode: 'container', name: 'dcos' } as const
const bridge = { mode: 'container/bridge' } as const

describe('a new app', () => {
  it('on host networking with a fixed port', () => {
    assert.deepEqual(newApp(wish(['9000:9000,name=http'], { cmd: 'run' })), {
      ...frame,
      cmd: 'run',
      networks: [{ mode: 'host' }],
      portDefinitions: [{ port: 9000, protocol: 'tcp', name: 'http', labels: { VIP_0: '/shop/cart:9000' } }],
      requirePorts: true,
    })
  })

  it('on host networking with assigned ports, an image among them', () => {
    assert.deepEqual(newApp(wish(['80:0', '53:0/tcp,udp'], { image: 'shop/cart:1' })), {
      ...frame,
      networks: [{ mode: 'host' }],
      portDefinitions: [
        { port: 0, protocol: 'tcp', labels: { VIP_0: '/shop/cart:80' } },
        { port: 0, protocol: 'udp,tcp', labels: { VIP_1: '/shop/cart:53' } },
      ],
      container: { type: 'MESOS', docker: { image: 'shop/cart:1' } },
    })
  })

  it('behind a bridge', () => {
    assert.deepEqual(newApp(wish(['80:8080,name=http'], { image: 'shop/cart:1', network: bridge })), {
      ...frame,
      networks: [{ mode: 'container/bridge' }],
      container: {
        type: 'MESOS',
        docker: { image: 'shop/cart:1' },
        portMappings: [
          {
            containerPort: 8080,
            hostPort: 0,
            protocol: 'tcp',
            name: 'http',
            labels: { VIP_0: '/shop/cart:80' },
          },
        ],
      },
    })
  })

  it('on a virtual network, without an image and without host ports', () => {
    assert.deepEqual(newApp(wish(['8080:8080'], { cmd: 'run', network: dcos })), {
      ...frame,
      cmd: 'run',
      networks: [{ mode: 'container', name: 'dcos' }],
      container: {
        type: 'MESOS',
        portMappings: [{ containerPort: 8080, protocol: 'tcp', labels: { VIP_0: '/shop/cart:8080' } }],
      },
    })
  })

  it('on a virtual network with host ports', () => {
    const app = newApp(wish(['8080:8080,host-port=0', '8125:8125/udp,host-port=31125'], { network: dcos }))
    assert.deepEqual(app.container, {
      type: 'MESOS',
      portMappings: [
        { containerPort: 8080, hostPort: 0, protocol: 'tcp', labels: { VIP_0: '/shop/cart:8080' } },
        { containerPort: 8125, hostPort: 31125, protocol: 'udp', labels: { VIP_1: '/shop/cart:8125' } },
      ],
    })
  })

  it('with an environment and labels', () => {
    const { env, labels } = newApp(wish(['80:0'], { env: { A: '1', B: '' }, labels: { team: 'shop' } }))
    assert.deepEqual({ env, labels }, { env: { A: '1', B: '' }, labels: { team: 'shop' } })
  })

  it('with a health check that the load balancer sees', () => {
    const check = (healthCheck: NewApp['healthCheck']) =>
      (newApp(wish(['80:0'], { healthCheck })).healthChecks as Record<string, unknown>[])[0]!
    const http = check({ kind: 'http', path: '/up' })
    assert.deepEqual([http.protocol, http.path, http.portIndex], ['MESOS_HTTP', '/up', 0])
    const tcp = check({ kind: 'tcp' })
    assert.deepEqual([tcp.protocol, tcp.portIndex], ['MESOS_TCP', 0])
    const command = check({ kind: 'command', command: 'true' })
    assert.deepEqual(
      [command.protocol, command.command, 'portIndex' in command],
      ['COMMAND', { value: 'true' }, false],
    )
    for (const one of [http, tcp, command])
      assert.ok((one.timeoutSeconds as number) <= (one.intervalSeconds as number))
  })

  it('declares exactly the VIPs that were asked for, in every network', () => {
    for (const network of [{ mode: 'host' }, bridge, dcos] as const)
      for (const label of ['/shop/cart', '10.0.0.9', 'fd01:d:1::9']) {
        const app = newApp(wish(['80:8080', '53:5353/tcp,udp'], { network, label }))
        const address = (port: number) =>
          label === '/shop/cart'
            ? `shopcart.marathon.l4lb.thisdcos.directory:${port}`
            : label.includes(':')
              ? `[${label}]:${port}`
              : `${label}:${port}`
        assert.deepEqual(
          declaredVips(app).map(({ key }) => `${addressOf(key)}/${key.protocol}`),
          [`${address(80)}/tcp`, `${address(53)}/udp`, `${address(53)}/tcp`],
        )
      }
  })
})
