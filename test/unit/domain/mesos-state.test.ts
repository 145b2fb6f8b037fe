import assert from 'node:assert/strict'
import { appOfTask, type MesosTaskJson, tasksOfState } from '../../../src/domain/mesos-state.js'

const UUID = '1d0f4b1e-0c7e-11ee-9d0a-0a3f8d7c6b5a'

describe('the app of a task', () => {
  const cases: [id: string, app: string | null][] = [
    [`shop_api.instance-${UUID}._app.1`, '/shop/api'],
    [`api.instance-${UUID}._app.12`, '/api'],
    [`shop_api.marathon-${UUID}._app.1`, '/shop/api'],
    [`shop_pair.instance-${UUID}.web.1`, '/shop/pair'],
    [`shop_pair.instance-${UUID}.web`, '/shop/pair'],
    [`my.dotted-app.instance-${UUID}._app.1`, '/my.dotted-app'],
    [`shop_api.${UUID}`, '/shop/api'],
    [`shop_api.${UUID}.3`, '/shop/api'],
    [`a_b_c.${UUID}`, '/a/b/c'],
    [`kafka-0-broker__${UUID}`, null],
    ['driver-20190107-0001', null],
    [UUID, null],
    ['', null],
  ]
  for (const [id, app] of cases)
    it(`${id || 'without an id'} is ${app}`, () => assert.equal(appOfTask(id), app))
})

describe("Mesos' state", () => {
  const agent = { id: 'S0', hostname: '10.0.0.5', pid: 'slave(1)@10.0.9.9:5051' }
  const bare: MesosTaskJson = { id: `x.${UUID}`, slave_id: 'S0', state: 'TASK_RUNNING' }
  const read = (task: MesosTaskJson, slaves = [agent] as (typeof agent | { id: string })[]) =>
    tasksOfState({ slaves, frameworks: [{ id: 'F', name: 'marathon', tasks: [task] }] })

  it('gives every task as the load balancer looks at it', () => {
    const task: MesosTaskJson = {
      id: `shop_api.instance-${UUID}._app.1`,
      name: 'api.shop',
      slave_id: 'S0',
      state: 'TASK_RUNNING',
      labels: [{ key: 'VIP_PORT0', value: 'tcp:///old:80' }, { key: 'empty' }],
      resources: { cpus: 1, ports: '[31000-31002, 31007-31007]' },
      health_check: {},
      statuses: [
        { state: 'TASK_RUNNING', timestamp: 3, healthy: true, container_status: { network_infos: [] } },
        {
          state: 'TASK_RUNNING',
          timestamp: 7,
          healthy: false,
          container_status: {
            network_infos: [
              { ip_addresses: [{ ip_address: '9.0.1.2' }, {}] },
              {},
              { ip_addresses: [{ ip_address: 'fd01:b::2' }] },
            ],
          },
        },
        { state: 'TASK_STARTING', timestamp: 1 },
      ],
      discovery: {
        ports: {
          ports: [
            {
              number: 31000,
              name: 'http',
              protocol: 'tcp',
              labels: { labels: [{ key: 'VIP_0', value: '/api:80' }] },
            },
            { number: 31001 },
          ],
        },
      },
    }
    assert.deepEqual(read(task), [
      {
        id: task.id,
        framework: 'marathon',
        app: '/shop/api',
        state: 'TASK_RUNNING',
        healthy: false,
        hasHealthCheck: true,
        agentIp: '10.0.0.5',
        ips: ['9.0.1.2', 'fd01:b::2'],
        ports: [
          { number: 31000, name: 'http', protocol: 'tcp', labels: [['VIP_0', '/api:80']] },
          { number: 31001, protocol: undefined, labels: [] },
        ],
        labels: [
          ['VIP_PORT0', 'tcp:///old:80'],
          ['empty', ''],
        ],
        hostPorts: [31000, 31001, 31002, 31007],
      },
    ])
  })

  it('says nothing about what is not there', () => {
    assert.deepEqual(read(bare), [
      {
        id: bare.id,
        framework: 'marathon',
        app: '/x',
        state: 'TASK_RUNNING',
        healthy: null,
        hasHealthCheck: false,
        agentIp: '10.0.0.5',
        ips: [],
        ports: [],
        labels: [],
        hostPorts: [],
      },
    ])
    assert.deepEqual(tasksOfState({}), [])
    assert.deepEqual(tasksOfState({ frameworks: [{ id: 'F' }] }), [])
  })

  it('leaves out tasks whose agent it does not know', () => {
    assert.deepEqual(read({ ...bare, slave_id: 'S1' }), [])
    assert.deepEqual(read(bare, []), [])
  })

  it('finds the address of an agent that has a name', () => {
    const [task] = read(bare, [{ ...agent, hostname: 'node-5.example' }])
    assert.equal(task?.agentIp, '10.0.9.9')
  })

  it('knows an app for tasks of Marathon only, and the framework by its name', () => {
    const frameworks = [
      { id: 'F1', name: 'kafka', tasks: [bare] },
      { id: 'F2', tasks: [bare] },
    ]
    const read = tasksOfState({ slaves: [agent], frameworks })
    assert.deepEqual(
      read.map(({ framework, app }) => [framework, app]),
      [
        ['kafka', null],
        ['F2', null],
      ],
    )
  })
})
