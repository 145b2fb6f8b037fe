import assert from 'node:assert/strict'
import { APP_RULES } from '../../../../src/definitions/rules/index.js'
import { serverValidation } from '../../../../src/definitions/server-validation.js'
import { validateApp } from '../../../../src/definitions/validate-app.js'

const host = { id: '/a', cmd: 'sleep 1' }
const docker = { id: '/a', container: { type: 'DOCKER', docker: { image: 'nginx' } } }
const bridge = (portMappings: unknown[], more: object = {}) => ({
  id: '/a',
  networks: [{ mode: 'container/bridge' }],
  container: { type: 'DOCKER', docker: { image: 'nginx' }, portMappings },
  ...more,
})
const onPort = (labels: object) => ({ ...host, portDefinitions: [{ port: 0, name: 'http', labels }] })
const PORT_INDEX =
  'Health check port indices must address an element of the ports array or container port mappings.'

/** Rule, definition, `path error` of the server's answer. */
const refused: [string, unknown, string][] = [
  [
    'command-required',
    { id: '/a' },
    "/ AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
  ],
  [
    'command-required',
    { ...host, args: ['x'] },
    "/ AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
  ],
  [
    'command-required',
    { id: '/a', container: { type: 'mesos' } },
    "/ AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'.",
  ],
  ['command-too-short', { id: '/a', cmd: 'x' }, '/ must not be an empty string'],
  [
    'id-reserved',
    { ...host, id: '/a/tasks' },
    '/id must not end with any of the following reserved keywords: restart, tasks, versions, ., ..',
  ],
  ['id-root', { ...host, id: '/' }, '/id Path must contain at least one path element'],
  ['id-root', { ...host, id: '/a/..' }, '/ must not be root'],
  [
    'dependency-id',
    { ...host, dependencies: ['ok', 'B'] },
    "/dependencies(1) must fully match regular expression '^(([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])\\.)*([a-z0-9]|[a-z0-9][a-z0-9\\-]*[a-z0-9])|(\\.|\\.\\.)$'",
  ],
  ['docker-required', { ...host, container: {} }, '/container/docker not defined'],
  [
    'docker-only-field',
    { ...host, container: { type: 'MESOS', docker: { image: 'x', portMappings: [] } } },
    '/container/docker/portMappings must be empty',
  ],
  [
    'docker-only-field',
    { ...host, container: { docker: { image: 'x', credential: { principal: 'p' } } } },
    '/container/docker/credential must be empty',
  ],
  [
    'pull-config-engine',
    { ...host, container: { docker: { image: 'x', pullConfig: { secret: 's' } } } },
    '/container/docker/pullConfig pullConfig is not supported with Docker containerizer',
  ],
  [
    'port-names-unique',
    { ...host, portDefinitions: [{ name: 'a' }, { name: 'a' }] },
    '/portDefinitions Port names must be unique.',
  ],
  [
    'port-names-unique',
    bridge([{ name: 'a' }, { name: 'a' }]),
    '/container/portMappings Port names must be unique.',
  ],
  [
    'port-numbers-unique',
    { ...host, portDefinitions: [{ port: 80 }, { port: 80 }] },
    '/portDefinitions Ports must be unique.',
  ],
  ['ports-unique', { ...host, ports: [80, 80] }, '/ ports must be unique'],
  ['ports-range', { ...host, ports: [-1] }, '/portDefinitions(0)/port got -1, expected 0 or more'],
  [
    'mixed-forms',
    { ...host, ports: [80], portDefinitions: [{ port: 81 }] },
    '/ cannot specify both ports and port definitions',
  ],
  ['mixed-forms', { ...host, ipAddress: {}, ports: [80] }, '/ cannot specify both an IP address and port'],
  [
    'mixed-forms',
    { ...docker, container: { docker: { image: 'x', network: 'bridge' } }, networks: [{ mode: 'host' }] },
    '/ must not specify both container.docker.network and networks',
  ],
  [
    'mixed-forms',
    { ...host, ipAddress: {}, networks: [{ mode: 'host' }] },
    '/ must not specify both networks and ipAddress',
  ],
  [
    'mixed-forms',
    { ...host, uris: ['http://a'], fetch: [{ uri: 'http://b' }] },
    '/uris may not be set in conjunction with fetch',
  ],
  [
    'network-combination',
    { ...host, networks: [{ mode: 'host', name: 'x' }] },
    '/networks Host networks may not have names or labels',
  ],
  [
    'network-combination',
    { ...docker, networks: [{ mode: 'container/bridge', name: 'x' }] },
    '/networks Bridge networks may not have names',
  ],
  [
    'network-combination',
    { ...host, networks: [{ name: 'x' }, { name: 'x' }] },
    '/networks Duplicate networks are not allowed',
  ],
  [
    'network-combination',
    { ...host, networks: [{ mode: 'host' }, { mode: 'container/bridge' }] },
    '/networks May specify a single host network, single bridge network, or else 1-to-n container networks',
  ],
  [
    'docker-single-network',
    { ...docker, networks: [{ name: 'x' }, { name: 'y' }] },
    '/ may only specify a single container network when using the Docker container engine',
  ],
  [
    'network-names-known',
    {
      ...docker,
      networks: [{ name: 'x' }],
      container: { docker: { image: 'i' }, portMappings: [{ containerPort: 1, networkNames: ['y'] }] },
    },
    '/container/portMappings(0)/networkNames(0) is not one of (x)',
  ],
  ['health-check-port', { ...host, healthChecks: [{ portIndex: 1 }] }, `/healthChecks(0) ${PORT_INDEX}`],
  [
    'health-check-port',
    { ...host, portDefinitions: [], healthChecks: [{}] },
    `/healthChecks(0) ${PORT_INDEX}`,
  ],
  [
    'mesos-health-check-port',
    { ...host, healthChecks: [{ protocol: 'MESOS_TCP', portIndex: 4 }] },
    `/healthChecks(0) ${PORT_INDEX}`,
  ],
  [
    'single-mesos-check',
    { ...host, healthChecks: [{ protocol: 'MESOS_TCP' }, { protocol: 'MESOS_HTTP' }] },
    '/ AppDefinition can contain at most one Mesos health check',
  ],
  [
    'readiness-check',
    { ...host, readinessChecks: [{}] },
    '/readinessChecks(0)/portName No port definition reference for portName http-api',
  ],
  [
    'readiness-check',
    { ...host, readinessChecks: [{ portName: 'default', timeoutSeconds: 30 }] },
    '/readinessChecks(0)/timeoutSeconds got 30, expected less than 30',
  ],
  ['check-place', { ...docker, check: { tcp: {} } }, "/ AppDefinition must not use 'checks' if using docker"],
  [
    'constraint',
    { ...host, constraints: [['hostname']] },
    '/constraints Each constraint must have either 2 or 3 fields',
  ],
  [
    'constraint',
    { ...host, constraints: [['hostname', 'ONCE']] },
    '/constraints operator must be one of the following UNIQUE, CLUSTER, GROUP_BY, LIKE, MAX_PER, UNLIKE or IS',
  ],
  [
    'constraint',
    { ...host, constraints: [['hostname', 'UNIQUE', '']] },
    '/constraints UNIQUE does not accept a value',
  ],
  [
    'constraint',
    { ...host, constraints: [['rack', 'LIKE', '(']] },
    '/constraints is not a valid regular expression',
  ],
  [
    'constraint',
    { ...host, constraints: [['rack', 'MAX_PER', 'x']] },
    '/constraints MAX_PER requires an integer value',
  ],
  ['environment-name', { ...host, env: { '': 'x' } }, '/env/keys(0) must not be empty'],
  [
    'secrets-feature',
    { ...host, secrets: { a: { source: 'x' } } },
    '/secrets Feature secrets is not enabled. Enable with --enable_features secrets)',
  ],
  ['artifact-uri', { ...host, fetch: [{ uri: 'http://a b' }] }, '/fetch(0)/uri URI has invalid syntax.'],
  [
    'persistent-volume',
    {
      ...host,
      container: { type: 'MESOS', volumes: [{ containerPath: 'a/b', mode: 'RW', persistent: { size: 1 } }] },
    },
    '/container/volumes(0)/containerPath value must not contain "/"',
  ],
  [
    'persistent-volume',
    {
      ...host,
      container: { type: 'MESOS', volumes: [{ containerPath: 'a', mode: 'RO', persistent: { size: 1 } }] },
    },
    '/container/volumes(0)/mode does not equal RW',
  ],
  [
    'resource-limit',
    { ...host, cpus: 2, resourceLimits: { cpus: 1 } },
    '/resourceLimits/cpus resource limit must be greater than or equal to requested resource (2.0)',
  ],
  [
    'resource-limit',
    { ...host, resourceLimits: { mem: 'Infinity' } },
    "/resourceLimits/mem 'Infinity' is an invalid resource limit. It must be 'unlimited' or a number",
  ],
  ['gpu-engine', { ...docker, gpus: 1 }, '/ GPU resources only work with the Mesos containerizer'],
  [
    'unreachable-strategy',
    { ...host, unreachableStrategy: { inactiveAfterSeconds: 600, expungeAfterSeconds: 300 } },
    '/unreachableStrategy/inactiveAfterSeconds inactiveAfterSeconds (600) must be less or equal to expungeAfterSeconds, which is 300',
  ],
  [
    'single-instance',
    { ...host, instances: 2, labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } },
    '/ Single instance app may only have one instance',
  ],
  [
    'single-instance',
    { ...host, labels: { MARATHON_SINGLE_INSTANCE_APP: 'true' } },
    '/upgradeStrategy/maximumOverCapacity got 1.0, expected 0.0',
  ],
  [
    'legacy-port-names-unique',
    {
      id: '/a',
      container: { docker: { image: 'x', network: 'BRIDGE', portMappings: [{ name: 'a' }, { name: 'a' }] } },
    },
    '/app.container.flatMap(_.docker.flatMap(_.portMappings)) Port names must be unique.',
  ],
  [
    'linux-info',
    { ...host, container: { type: 'MESOS', linuxInfo: { seccomp: {} } } },
    '/container/linuxInfo/seccomp Seccomp unconfined must be true when Profile is NOT defined',
  ],
  [
    'linux-info',
    { ...host, container: { type: 'MESOS', linuxInfo: { ipcInfo: { mode: 'share_parent', shmSize: 1 } } } },
    '/container/linuxInfo/ipcInfo ipcInfo shmSize can NOT be set when mode is SHARE_PARENT',
  ],
  [
    'volume-names-unique',
    {
      ...host,
      container: {
        type: 'MESOS',
        volumes: [
          { containerPath: 'a', mode: 'RW', external: { name: 'v' } },
          { containerPath: 'b', mode: 'RW', external: { name: 'v' } },
        ],
      },
    },
    '/container/volumes Volume names must be unique',
  ],
  [
    'health-check-ipv6',
    { ...host, healthChecks: [{ ipProtocol: 'ipv6' }] },
    '/healthChecks(0) IPv6 can only be used for container type DOCKER and Mesos http/https/tcp health checks',
  ],
  [
    'resident-app',
    { ...host, residency: {}, unreachableStrategy: {} },
    '/ unreachableStrategy must be disabled for resident tasks',
  ],
  [
    'resident-app',
    { ...host, residency: {}, upgradeStrategy: { maximumOverCapacity: 1, minimumHealthCapacity: 0 } },
    '/upgradeStrategy/maximumOverCapacity got 1.0, expected 0.0',
  ],
  ['accepted-roles', { ...host, acceptedResourceRoles: [] }, '/acceptedResourceRoles must not be empty'],
]

const failing: [string, unknown, string][] = [
  [
    'form-not-movable',
    { ...docker, container: { docker: { image: 'x', network: 'NONE' } } },
    'unsupported docker network type NONE',
  ],
  [
    'form-not-movable',
    { ...docker, container: { docker: { image: 'x', portMappings: [{}] }, portMappings: [] } },
    'cannot specify both portMappings and docker.portMappings',
  ],
  [
    'health-check-command',
    { ...host, healthChecks: [{ command: { value: 'x' } }] },
    'illegal protocol HTTP specified with command',
  ],
  [
    'health-check-command',
    { ...host, healthChecks: [{ protocol: 'COMMAND' }] },
    'illegal protocol COMMAND for non-command health check',
  ],
  ['check-kind', { ...host, check: {} }, 'illegal RAML Check: expected one of http, tcp or exec checks'],
  [
    'constraint-case',
    { ...host, constraints: [['hostname', 'unique']] },
    'illegal constraint specification hostname,unique',
  ],
]

const found: [string, string, unknown][] = [
  ['vip-port error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '/web' })],
  ['vip-port error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '' })],
  ['vip-port error', '/portDefinitions(0)/labels/vip', onPort({ vip: '/web:0' })],
  ['vip-port error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '/web:http' })],
  ['vip-port error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '/web: 80' })],
  ['vip-port error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '/web:-1' })],
  ['vip-port error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '/web:65536' })],
  ['vip-name error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: ':80' })],
  ['vip-name error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '/:80' })],
  ['vip-name error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: 'a._.b:80' })],
  ['vip-misread error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: '[fd01:c::9]:80' })],
  ['vip-misread error', '/portDefinitions(0)/labels/VIP_0', onPort({ VIP_0: 'tcp://web:80' })],
  [
    'vip-misread error',
    '/portDefinitions(0)/labels/VIP_0',
    onPort({ VIP_0: 'web.marathon.l4lb.thisdcos.directory:80' }),
  ],
  ['vip-key warning', '/portDefinitions(0)/labels/Vip_0', onPort({ Vip_0: '/web:80' })],
  ['vip-key warning', '/portDefinitions(0)/labels/MY_VIP_0', onPort({ MY_VIP_0: '/web:80' })],
  ['vip-on-app warning', '/labels/VIP_0', { ...host, labels: { VIP_0: '/web:80' } }],
  [
    'vip-place error',
    '/container/portMappings(0)/labels/VIP_0',
    {
      ...docker,
      container: {
        docker: { image: 'x' },
        portMappings: [{ containerPort: 80, labels: { VIP_0: '/web:80' } }],
      },
    },
  ],
  [
    'vip-place error',
    '/portDefinitions(0)/labels/VIP_0',
    bridge([{ containerPort: 80 }], { portDefinitions: [{ labels: { VIP_0: '/web:80' } }] }),
  ],
  [
    'vip-without-port error',
    '/container/portMappings(0)/labels/VIP_0',
    {
      ...docker,
      networks: [{ name: 'dcos' }],
      container: { docker: { image: 'x' }, portMappings: [{ labels: { VIP_0: '/web:80' } }] },
    },
  ],
  [
    'vip-shared-name warning',
    '/portDefinitions(0)/labels/VIP_1',
    onPort({ VIP_0: '/web:80', VIP_1: 'web:81' }),
  ],
  [
    'vip-port error',
    '/container/docker/portMappings(0)/labels/VIP_0',
    {
      id: '/a',
      container: { docker: { image: 'x', network: 'BRIDGE', portMappings: [{ labels: { VIP_0: 'x' } }] } },
    },
  ],
]

describe('rules of the server', () => {
  for (const [rule, value, expected] of refused)
    it(`${rule}: ${JSON.stringify(value).slice(0, 90)}`, () => {
      const own = validateApp(value).filter(
        (finding) => finding.rule === rule && finding.severity === 'error',
      )
      assert.ok(
        own.some(({ serverError }) => `${serverError?.path} ${serverError?.error}` === expected),
        JSON.stringify(own),
      )
      const answer = serverValidation(value)
      assert.ok(!answer.ok && answer.status === 422 && answer.message === 'Object is not valid')
      assert.ok(
        answer.details.some(({ path, errors }) => errors.some((error) => `${path} ${error}` === expected)),
      )
    })

  for (const [rule, value, message] of failing)
    it(`${rule}: the server fails on ${JSON.stringify(value).slice(0, 80)}`, () => {
      assert.ok(validateApp(value).some((finding) => finding.rule === rule && finding.severity === 'error'))
      assert.deepEqual(serverValidation(value), { ok: false, status: 500, message, details: [] })
    })

  const accepted: [string, unknown][] = [
    ['a plain app', host],
    ['an image alone', docker],
    ['a command check', { ...host, healthChecks: [{ protocol: 'COMMAND', command: { value: 'true' } }] }],
    ['one HTTP check and the default port', { ...host, healthChecks: [{}] }],
    ['equal container ports', bridge([{ containerPort: 80 }, { containerPort: 80 }])],
    ['several zero ports', { ...host, portDefinitions: [{}, {}] }],
    ['equal ports in both forms', { ...host, ports: [80], portDefinitions: [{ port: 80 }] }],
    ['an unnamed container network', { ...host, networks: [{ mode: 'container' }] }],
    ['a disabled strategy', { ...host, unreachableStrategy: 'disabled' }],
    [
      'the old bridge form',
      {
        id: '/a',
        container: { docker: { image: 'x', network: 'BRIDGE', portMappings: [{ containerPort: 80 }] } },
      },
    ],
  ]
  for (const [name, value] of accepted)
    it(`accepts ${name}`, () => {
      assert.deepEqual(
        validateApp(value).filter(({ severity }) => severity !== 'info'),
        [],
      )
      assert.ok(serverValidation(value).ok)
    })

  it('answers with the first phase that has errors only', () => {
    const answer = serverValidation({ ...host, cmd: 'x', ports: [80, 80] })
    assert.deepEqual(answer, {
      ok: false,
      status: 422,
      message: 'Object is not valid',
      details: [{ path: '/', errors: ['ports must be unique'] }],
    })
  })

  it('parses updates without an id and checks nothing more', () => {
    assert.deepEqual(serverValidation({ cmd: 'x', instances: null }, { update: true }), {
      ok: true,
      app: { cmd: 'x' },
    })
    assert.ok(!serverValidation({ instances: 'x' }, { update: true }).ok)
  })
})

describe('rules about VIPs', () => {
  for (const [rule, path, value] of found)
    it(`${rule}: ${JSON.stringify(value).slice(0, 100)}`, () => {
      const findings = validateApp(value).filter((finding) => finding.rule.startsWith('vip'))
      assert.deepEqual(
        findings.map((finding) => `${finding.rule} ${finding.severity} ${finding.path}`),
        [`${rule} ${path}`],
      )
      assert.ok(serverValidation(value).ok, 'Marathon itself does not look at VIP labels')
    })

  const fine: [string, unknown][] = [
    ['a named VIP', onPort({ VIP_0: '/web:80', other: 'x' })],
    ['several names of one port', onPort({ VIP_0: '/web:80', VIP_1: '/other:80', VIP: '/web:81' })],
    ['an IP VIP', onPort({ VIP_0: '10.0.0.5:80', VIP_1: 'fd01:c::9:80' })],
    ['the old task form', { ...host, labels: { VIP_PORT0: 'tcp://web:80' } }],
    ['labels that only look alike', onPort({ SERVICE_VIPER: 'x' })],
    ['a container port 0 behind a bridge', bridge([{ labels: { VIP_0: '/web:80' } }])],
  ]
  for (const [name, value] of fine)
    it(`has nothing against ${name}`, () => assert.deepEqual(validateApp(value), []))
})

describe('advice', () => {
  const given: [string, string, unknown][] = [
    [
      'ports-not-used warning',
      '/container/portMappings',
      { ...docker, container: { docker: { image: 'x' }, portMappings: [{ containerPort: 80 }] } },
    ],
    ['ports-not-used warning', '/portDefinitions', bridge([{}], { portDefinitions: [{}] })],
    ['deprecated-field info', '/ports', { ...host, ports: [80] }],
  ]
  for (const [rule, path, value] of given)
    it(`${rule}: ${JSON.stringify(value).slice(0, 90)}`, () => {
      const findings = validateApp(value).map(
        (finding) => `${finding.rule} ${finding.severity} ${finding.path}`,
      )
      assert.deepEqual(findings, [`${rule} ${path}`])
      assert.ok(serverValidation(value).ok)
    })

  it('every rule has a case in these tables', () => {
    const listed = new Set([...refused, ...failing, ...found, ...given].map(([rule]) => rule.split(' ')[0]))
    assert.deepEqual(
      APP_RULES.map(({ id }) => id).filter((id) => !listed.has(id)),
      [],
    )
    assert.equal(new Set(APP_RULES.map(({ id }) => id)).size, APP_RULES.length)
  })
})
