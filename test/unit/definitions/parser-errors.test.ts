import assert from 'node:assert/strict'
import { validateApp } from '../../../src/definitions/validate-app.js'

const base = { id: '/a', cmd: 'sleep 1' }

/** `path error` of what the server would answer. */
function server(value: unknown): string[] {
  return validateApp(value).flatMap(({ serverError }) =>
    serverError ? [`${serverError.path} ${serverError.error}`] : [],
  )
}

describe('the parser phase', () => {
  const refused: [string, unknown, string[]][] = [
    ['a list', [], ['/id [] is not an object']],
    ['text', 'x', ['/id "x" is not an object']],
    ['no id', { cmd: 'x' }, ['/id \'id\' is undefined on object: {"cmd":"x"}']],
    ['null for a required field', { id: null, cmd: 'xx' }, ['/id error.expected.jsstring']],
    ['a number as id', { id: 1 }, ['/id error.expected.jsstring']],
    ['upper case', { ...base, id: 'A' }, ['/id error.pattern']],
    ['an empty id', { ...base, id: '' }, ['/id error.minLength']],
    ['a dot in the path', { ...base, id: '/a/./b' }, ['/id error.pattern']],
    ['a dash at the end', { ...base, id: 'a-' }, ['/id error.pattern']],
    ['text as number', { ...base, cpus: '1' }, ['/cpus error.expected.jsnumber']],
    ['a fraction', { ...base, instances: 1.5 }, ['/instances error.expected.int']],
    ['more than an int', { ...base, instances: 3e9 }, ['/instances error.expected.int']],
    ['text as integer', { ...base, instances: '1' }, ['/instances error.expected.jsnumber']],
    ['below the minimum', { ...base, instances: -1, cpus: -1 }, ['/cpus error.min', '/instances error.min']],
    [
      'a port too high',
      { ...base, portDefinitions: [{ port: 65536 }] },
      ['/portDefinitions(0)/port error.max'],
    ],
    [
      'an unknown protocol',
      { ...base, portDefinitions: [{ protocol: 'tcp,udp' }] },
      ['/portDefinitions(0)/protocol error.unknown.enum.literal'],
    ],
    ['a number as enum', { ...base, killSelection: 1 }, ['/killSelection error.unknown.enum.literal']],
    [
      'a port name with an underscore',
      { ...base, portDefinitions: [{ name: 'a_b' }] },
      ['/portDefinitions(0)/name error.pattern'],
    ],
    ['a number as label', { ...base, labels: { a: 1 } }, ['/labels/a error.expected.jsstring']],
    [
      'a label whose key has a slash',
      { ...base, labels: { 'a/b~c': 1 } },
      ['/labels/a/b~c error.expected.jsstring'],
    ],
    ['null as label', { ...base, labels: { a: null } }, ['/labels/a error.expected.jsstring']],
    ['a number as variable', { ...base, env: { PORT: 80 } }, ['/env/PORT error.expected.jsobject']],
    ['a variable without secret', { ...base, env: { A: {} } }, ['/env/A/secret error.path.missing']],
    [
      'half an upgrade strategy',
      { ...base, upgradeStrategy: {} },
      [
        "/upgradeStrategy/maximumOverCapacity 'maximumOverCapacity' is undefined on object: {}",
        "/upgradeStrategy/minimumHealthCapacity 'minimumHealthCapacity' is undefined on object: {}",
      ],
    ],
    [
      'a persistent volume without mode',
      { ...base, container: { type: 'MESOS', volumes: [{ containerPath: 'x', persistent: { size: 1 } }] } },
      [
        '/container/volumes(0)/hostPath \'hostPath\' is undefined on object: {"containerPath":"x","persistent":{"size":1}}',
        '/container/volumes(0)/mode \'mode\' is undefined on object: {"containerPath":"x","persistent":{"size":1}}',
      ],
    ],
    [
      'a docker container without image',
      { ...base, container: { docker: {} } },
      ["/container/docker/image 'image' is undefined on object: {}"],
    ],
    [
      'a docker part that is text',
      { ...base, container: { docker: 'x' } },
      ['/container/docker/image "x" is not an object'],
    ],
    ['limits that are text', { ...base, resourceLimits: 'x' }, ['/resourceLimits error.expected.jsobject']],
    [
      'a command check without value',
      { ...base, healthChecks: [{ protocol: 'COMMAND', command: {} }] },
      ['/healthChecks(0)/command/value error.path.missing'],
    ],
    [
      'a negative time',
      { ...base, unreachableStrategy: { expungeAfterSeconds: -1 } },
      ['/unreachableStrategy/expungeAfterSeconds error.min'],
    ],
    [
      'a long that is a fraction',
      { ...base, unreachableStrategy: { expungeAfterSeconds: 0.5 } },
      ['/unreachableStrategy/expungeAfterSeconds error.expected.long'],
    ],
    ['a bad timestamp', { ...base, version: 'yesterday' }, ['/version error.expected.date.isoformat']],
    ['a timestamp that is a number', { ...base, version: 5 }, ['/version error.expected.date']],
    ['an object as list', { ...base, args: {} }, ['/args error.expected.jsarray']],
    ['an executor with a slash at the end', { ...base, executor: '/a/' }, ['/executor error.pattern']],
    [
      'a readiness check without time',
      { ...base, readinessChecks: [{ timeoutSeconds: 0 }] },
      ['/readinessChecks(0)/timeoutSeconds error.min'],
    ],
  ]
  for (const [name, value, expected] of refused)
    it(`refuses ${name}`, () => assert.deepEqual(server(value).sort(), [...expected].sort()))

  const accepted: [string, unknown][] = [
    [
      'null for optional fields',
      {
        ...base,
        cpus: null,
        container: null,
        portDefinitions: null,
        killSelection: null,
        unreachableStrategy: null,
      },
    ],
    ['1.0 as an integer', JSON.parse('{"id":"/a","cmd":"sleep 1","instances":1.0}')],
    [
      'enums in any case',
      {
        ...base,
        killSelection: 'youngest_first',
        portDefinitions: [{ protocol: 'TCP' }, { protocol: 'Udp,Tcp' }],
      },
    ],
    ['tiny and zero resources', { ...base, cpus: 0.0001, mem: 0, disk: 0 }],
    ['relative and odd ids', { ...base, id: '//a/../b.c/' }],
    [
      'times as unreachable strategy',
      { ...base, unreachableStrategy: { inactiveAfterSeconds: 1, expungeAfterSeconds: 2 } },
    ],
    ['any text as unreachable strategy', { ...base, unreachableStrategy: 'whatever' }],
    [
      'what a GET returns',
      {
        ...base,
        tasksRunning: 1,
        deployments: [],
        tasks: [{}],
        $schema: 'x',
        versionInfo: {
          lastScalingAt: '2026-01-05T10:00:00.000Z',
          lastConfigChangeAt: '2026-01-05T10:00:00Z',
        },
      },
    ],
  ]
  for (const [name, value] of accepted) it(`accepts ${name}`, () => assert.deepEqual(validateApp(value), []))

  it('warns of unknown fields and knows what was meant', () => {
    const findings = validateApp({
      ...base,
      portDefinitons: [],
      container: { type: 'MESOS', Docker: {} },
      xyz: 1,
    })
    assert.deepEqual(findings.map(({ severity, path, fix }) => [severity, path, fix]).sort(), [
      ['warning', '/container/Docker', 'did you mean "docker"?'],
      ['warning', '/portDefinitons', 'did you mean "portDefinitions"?'],
      ['warning', '/xyz', undefined],
    ])
  })

  it('warns of values that the server replaces by defaults', () => {
    const findings = validateApp({ ...base, networks: ['host'], portDefinitions: [8080] })
    assert.deepEqual(
      findings
        .filter(({ rule }) => rule === 'ignored-value')
        .map(({ severity, path }) => [severity, path])
        .sort(),
      [
        ['warning', '/networks(0)'],
        ['warning', '/portDefinitions(0)'],
      ],
    )
  })

  it('copes with a hundred thousand errors', () => {
    const started = performance.now()
    const portDefinitions = Array.from({ length: 100_000 }, (_, i) => ({ port: 65_536 + i }))
    assert.equal(server({ ...base, portDefinitions }).length, 100_000)
    assert.ok(performance.now() - started < 5000)
  })

  it('answers in linear time to hostile ids', () => {
    const started = performance.now()
    for (const id of [
      `${'/'.repeat(50_000)}A`,
      `${'a-'.repeat(50_000)}`,
      `${'a.'.repeat(50_000)}A`,
      `${'a/'.repeat(50_000)}A`,
    ])
      assert.deepEqual(server({ ...base, id }), ['/id error.pattern'])
    assert.ok(performance.now() - started < 2000)
  })
})
