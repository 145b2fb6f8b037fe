import assert from 'node:assert/strict'
import fc from 'fast-check'
import { mergeUpdate, normalizeApp } from '../../../src/definitions/normalize-app.js'
import { serverValidation } from '../../../src/definitions/server-validation.js'

const maybe = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: value })
const portNumber = fc.constantFrom(0, 80, 443, 65535)
const labels = fc.dictionary(fc.constantFrom('VIP_0', 'vip', 'x'), fc.constantFrom('/a:80', 'x', '1.2.3.4:5'))
const name = fc.constantFrom('http', 'admin', 'default')
const protocol = fc.constantFrom('tcp', 'UDP', 'udp,tcp')
const definition = fc.record({ port: portNumber, labels, name, protocol }, { requiredKeys: [] })
const mapping = fc.record(
  { containerPort: portNumber, hostPort: portNumber, servicePort: portNumber, labels, name, protocol },
  { requiredKeys: [] },
)
const docker = fc.record({
  image: fc.constant('nginx'),
  network: maybe(fc.constantFrom('HOST', 'BRIDGE', 'user', 'NONE')),
  portMappings: maybe(fc.array(mapping, { maxLength: 2 })),
  privileged: maybe(fc.boolean()),
})
const volume = fc.oneof(
  fc.record({
    containerPath: fc.constant('data'),
    mode: fc.constant('RW'),
    persistent: fc.constant({ size: 5 }),
  }),
  fc.record({ containerPath: fc.constant('/x'), mode: fc.constant('ro'), hostPath: fc.constant('/y') }),
)
const container = fc.record({
  type: maybe(fc.constantFrom('docker', 'MESOS')),
  docker: maybe(docker),
  volumes: maybe(fc.array(volume, { maxLength: 2 })),
  portMappings: maybe(fc.array(mapping, { maxLength: 3 })),
})
const network = fc.record({
  mode: maybe(fc.constantFrom('host', 'container', 'container/bridge')),
  name: maybe(fc.constantFrom('dcos', 'dev')),
})
const healthCheck = fc.record({
  protocol: maybe(fc.constantFrom('HTTP', 'mesos_http', 'TCP')),
  portIndex: maybe(fc.constantFrom(0, 1)),
  path: maybe(fc.constant('/health')),
})
const app = fc.record({
  id: fc.constantFrom('/a', 'b/c', '/d/../e'),
  cmd: fc.constant('sleep 1'),
  args: maybe(fc.constant([])),
  container: maybe(container),
  networks: maybe(fc.array(network, { maxLength: 2 })),
  portDefinitions: maybe(fc.array(definition, { maxLength: 3 })),
  ports: maybe(fc.array(portNumber, { maxLength: 2 })),
  ipAddress: maybe(
    fc.constantFrom({}, { networkName: 'dev', discovery: { ports: [{ number: 80, name: 'http' }] } }),
  ),
  healthChecks: maybe(fc.array(healthCheck, { maxLength: 2 })),
  uris: maybe(fc.constantFrom([], ['http://a/b.zip'])),
  env: maybe(fc.constant({ A: 'b' })),
  instances: maybe(fc.constantFrom(0, 1, 3, null)),
  unreachableStrategy: maybe(
    fc.constantFrom('disabled', { inactiveAfterSeconds: 1, expungeAfterSeconds: 2 }),
  ),
})

const SETTINGS = { defaultNetworkName: 'dcos' }

/** Runs `check` on what the server stores of definitions that it accepts. */
function forStored(check: (stored: ReturnType<typeof normalizeApp>) => void): number {
  let accepted = 0
  fc.assert(
    fc.property(app, (value) => {
      const answer = serverValidation(value)
      if (!answer.ok) return
      accepted++
      check(normalizeApp(answer.app, SETTINGS))
    }),
    { numRuns: 4000 },
  )
  return accepted
}

describe('apps as they are stored', () => {
  it('are settled: sending one again changes its health checks once, and then nothing', () => {
    const accepted = forStored((stored) => {
      const again = normalizeApp(stored, SETTINGS)
      // With port definitions in the body, Marathon gives checks without a port the first one.
      assert.deepEqual({ ...again, healthChecks: null }, { ...stored, healthChecks: null })
      assert.equal(JSON.stringify(normalizeApp(again, SETTINGS)), JSON.stringify(again))
    })
    assert.ok(accepted > 100)
  })

  it('are accepted again', () => {
    forStored(({ version: _version, ...body }) => {
      const answer = serverValidation(body, SETTINGS)
      assert.ok(answer.ok, JSON.stringify(answer))
    })
  })

  it('survive an update that says nothing', () => {
    forStored((stored) => {
      const merged = mergeUpdate(stored, {})
      const answer = serverValidation(merged)
      assert.ok(answer.ok, JSON.stringify(answer))
      const after = normalizeApp(answer.app, { ...SETTINGS, update: true })
      assert.deepEqual({ ...after, healthChecks: null }, { ...stored, healthChecks: null })
    })
  })

  it('have current forms only', () => {
    forStored((stored) => {
      for (const field of ['ports', 'uris', 'ipAddress']) assert.ok(!(field in stored))
      const host = stored.networks[0]!.mode === 'host'
      assert.equal('portDefinitions' in stored, host)
      assert.equal(stored.container?.portMappings !== undefined, !host)
      assert.ok(!('network' in (stored.container?.docker ?? {})))
    })
  })
})
