import assert from 'node:assert/strict'
import type { AppDefinition } from '../../../src/definitions/app.js'
import {
  canonicalId,
  isConfigChange,
  mergeUpdate,
  normalizeApp,
  stampVersion,
} from '../../../src/definitions/normalize-app.js'

const app = (value: object) => value as AppDefinition
const host = app({ id: '/sleeper', cmd: 'sleep 600' })

describe('normalising an app', () => {
  it('gives a minimal app its defaults, in key order', () => {
    assert.equal(
      JSON.stringify(normalizeApp(host)),
      '{"id":"/sleeper","backoffFactor":1.15,"backoffSeconds":1,"cmd":"sleep 600","cpus":1,"disk":0,"executor":"","instances":1,"labels":{},"maxLaunchDelaySeconds":300,"mem":128,"gpus":0,"networks":[{"mode":"host"}],"portDefinitions":[{"port":0,"name":"default","protocol":"tcp"}],"requirePorts":false,"upgradeStrategy":{"maximumOverCapacity":1,"minimumHealthCapacity":1},"version":"","killSelection":"YOUNGEST_FIRST","unreachableStrategy":{"inactiveAfterSeconds":0,"expungeAfterSeconds":0},"role":"*"}',
    )
  })

  const mapping = { containerPort: 80, name: 'http', labels: { VIP_0: '/web:8080' } }
  const forms: [string, object][] = [
    [
      'current',
      {
        networks: [{ mode: 'container/bridge' }],
        container: { docker: { image: 'nginx:1' }, portMappings: [mapping] },
      },
    ],
    ['old', { container: { docker: { image: 'nginx:1', network: 'bridge', portMappings: [mapping] } } }],
  ]
  for (const [name, form] of forms)
    it(`stores a bridge app in ${name} form`, () => {
      const stored = normalizeApp(app({ id: 'web', ...form }))
      assert.equal(
        JSON.stringify([stored.id, stored.container, stored.networks, stored.portDefinitions]),
        '["/web",{"type":"DOCKER","docker":{"forcePullImage":false,"image":"nginx:1","parameters":[],"privileged":false},"volumes":[],"portMappings":[{"containerPort":80,"hostPort":0,"labels":{"VIP_0":"/web:8080"},"name":"http","protocol":"tcp","servicePort":0}]},[{"mode":"container/bridge"}],null]',
      )
    })

  const networks: [string, object, unknown][] = [
    [
      'an address with a name',
      { ipAddress: { networkName: 'dev', labels: { a: 'b' } } },
      [{ name: 'dev', mode: 'container', labels: { a: 'b' } }],
    ],
    ['an address without a name', { ipAddress: {} }, [{ name: 'dcos', mode: 'container' }]],
    ['the bridge name', { ipAddress: { networkName: 'mesos-bridge' } }, [{ mode: 'container/bridge' }]],
    [
      'docker USER',
      { ipAddress: { networkName: 'dev' }, container: { docker: { image: 'x', network: 'USER' } } },
      [{ name: 'dev', mode: 'container' }],
    ],
    ['docker HOST', { container: { docker: { image: 'x', network: 'host' } } }, [{ mode: 'host' }]],
    ['no networks', { networks: [] }, [{ mode: 'host' }]],
    ['a network without mode', { networks: [{}] }, [{ name: 'dcos', mode: 'container' }]],
  ]
  for (const [name, form, expected] of networks)
    it(`reads ${name}`, () =>
      assert.deepEqual(
        normalizeApp(app({ ...host, ...form }), { defaultNetworkName: 'dcos' }).networks,
        expected,
      ))

  const ports: [string, object, number | undefined, number | undefined][] = [
    ['ports', { ports: [80, 81] }, 2, undefined],
    ['an empty list', { portDefinitions: [] }, 0, undefined],
    [
      'mappings on host networking',
      { container: { docker: { image: 'x' }, portMappings: [{}] } },
      1,
      undefined,
    ],
    [
      'definitions on a bridge',
      {
        networks: [{ mode: 'container/bridge' }],
        container: { docker: { image: 'x' }, portMappings: [] },
        portDefinitions: [{}, {}],
      },
      undefined,
      2,
    ],
    ['a network without container', { networks: [{ name: 'x' }] }, undefined, 1],
    [
      'discovery ports',
      { ipAddress: { discovery: { ports: [{ number: 80, name: 'http' }] } } },
      undefined,
      1,
    ],
  ]
  for (const [name, form, definitions, mappings] of ports)
    it(`places ${name}`, () => {
      const stored = normalizeApp(app({ ...host, ...form }))
      assert.deepEqual(
        [stored.portDefinitions?.length, stored.container?.portMappings?.length],
        [definitions, mappings],
      )
    })

  it('turns uris into fetch', () => {
    assert.deepEqual(normalizeApp(app({ ...host, uris: ['http://a/x.tgz?y=z', 'http://a/x'] })).fetch, [
      { uri: 'http://a/x.tgz?y=z', extract: true, executable: false, cache: false },
      { uri: 'http://a/x', extract: false, executable: false, cache: false },
    ])
  })

  it('treats apps with persistent volumes as resident', () => {
    const stored = normalizeApp(
      app({
        ...host,
        container: { type: 'MESOS', volumes: [{ containerPath: 'd', mode: 'RW', persistent: { size: 1 } }] },
      }),
    )
    assert.equal(stored.unreachableStrategy, 'disabled')
    assert.deepEqual(stored.upgradeStrategy, { maximumOverCapacity: 0, minimumHealthCapacity: 0.5 })
    assert.deepEqual(stored.container?.volumes[0]?.persistent, { type: 'root', size: 1 })
    assert.ok(stored.residency)
  })

  it('drops repeated members of sets and keeps those of lists', () => {
    const stored = normalizeApp(
      app({
        ...host,
        constraints: [
          ['hostname', 'UNIQUE'],
          ['hostname', 'UNIQUE'],
        ],
        cmd: undefined,
        args: ['x', 'x'],
      }),
    )
    assert.deepEqual([stored.constraints, stored.args], [[['hostname', 'UNIQUE']], ['x', 'x']])
  })

  it('is settled after one pass', () => {
    for (const [, form] of [...forms, ['host', host]] as [string, object][]) {
      const once = normalizeApp(app({ ...host, ...form }))
      assert.deepEqual(normalizeApp(once), once)
    }
  })

  it('stamps a version where it belongs', () => {
    const at = '2026-01-05T10:00:00.000Z'
    const keys = Object.keys(
      stampVersion(normalizeApp(host), at, { lastScalingAt: at, lastConfigChangeAt: at }),
    )
    assert.deepEqual(keys.slice(keys.indexOf('version'), keys.indexOf('version') + 3), [
      'version',
      'versionInfo',
      'killSelection',
    ])
  })

  it('knows canonical ids', () => {
    for (const [id, expected] of [
      ['web', '/web'],
      ['/a//b/', '/a/b'],
      ['/a/../b', '/b'],
      ['/', '/'],
      ['../..', '/'],
    ] as const)
      assert.equal(canonicalId(id), expected)
    assert.equal(canonicalId('api', '/shop'), '/shop/api')
    assert.equal(canonicalId('../x', '/shop/a'), '/shop/x')
  })
})

describe('updating an app', () => {
  const stored = normalizeApp(
    app({ ...host, env: { A: '1' }, resourceLimits: { cpus: 2 }, labels: { a: 'b' } }),
  )

  it('tells scaling from changing', () => {
    assert.equal(isConfigChange(stored, { ...stored, instances: 5, version: 'x' }), false)
    assert.equal(isConfigChange(stored, { ...stored, labels: { a: 'c' } }), true)
    const [port] = stored.portDefinitions!
    assert.equal(
      isConfigChange(stored, { ...stored, portDefinitions: [{ ...port!, labels: { VIP_0: '/a:1' } }] }),
      true,
    )
  })

  it('replaces fields whole, and takes null and absent as unchanged', () => {
    const merged = mergeUpdate(stored, { env: { B: '2' }, cmd: null, id: '/other' } as never)
    assert.deepEqual(merged.env, { B: '2' })
    assert.equal(merged.cmd, 'sleep 600')
    assert.equal(merged.id, '/sleeper')
    assert.deepEqual(merged.labels, { a: 'b' })
    assert.equal(merged.resourceLimits, undefined)
  })

  it('understands old forms', () => {
    const merged = mergeUpdate(stored, { ports: [80], uris: ['http://a/x'] })
    assert.deepEqual(merged.portDefinitions, [{ port: 80 }])
    assert.equal(merged.fetch?.[0]?.uri, 'http://a/x')
    const bridged = mergeUpdate(stored, { container: { docker: { image: 'x', network: 'BRIDGE' } } })
    assert.deepEqual(bridged.networks, [{ mode: 'container/bridge' }])
  })
})
