import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type MesosStateJson, tasksOfState } from '../../../../src/domain/mesos-state.js'
import type { VipTask } from '../../../../src/domain/vip-table.js'
import { mesosState } from '../../../../src/local/parts/router/mesos-state.js'
import type { RouterSources } from '../../../../src/local/parts/router/sources.js'

const agent = { id: 'S0', host: '127.0.0.1', ip: '127.0.0.1' }

/** What a client makes of the state that the cluster answers with. */
function throughJson(tasks: VipTask[]): VipTask[] {
  const sources = {
    clusterId: 'c',
    clusterName: 'local',
    frameworkId: 'F',
    agent,
    version: '0',
    now: () => 5000,
    startedAt: 1000,
    tasks: () => tasks,
  } as unknown as RouterSources
  return tasksOfState(JSON.parse(JSON.stringify(mesosState(sources))) as MesosStateJson)
}

describe('/mesos/state', () => {
  it('tells a client everything that the load balancer looks at', () => {
    const labels = fc.array(fc.tuple(fc.constantFrom('VIP_0', 'VIP_1', 'network-scope'), fc.string()))
    const port = fc.record(
      {
        number: fc.nat(65535),
        protocol: fc.constantFrom('tcp', 'udp'),
        name: fc.constantFrom('http', 'dns'),
        labels,
      },
      { requiredKeys: ['number', 'protocol', 'labels'], noNullPrototype: true },
    )
    const task = fc
      .record({
        app: fc.constantFrom('/x', '/shop/api', '/a/b.c/d-e'),
        uuid: fc.uuid(),
        state: fc.constantFrom('TASK_STAGING', 'TASK_RUNNING', 'TASK_KILLING'),
        healthy: fc.constantFrom(null, true, false),
        hasHealthCheck: fc.boolean(),
        ips: fc.constantFrom([], ['127.0.0.1'], ['9.0.1.2', 'fd01:b::2']),
        ports: fc.array(port, { maxLength: 3 }),
        labels,
        hostPorts: fc.array(fc.integer({ min: 1, max: 65535 }), { maxLength: 4 }),
      })
      .map(({ uuid, ...rest }): VipTask => {
        const path = rest.app.slice(1).replaceAll('/', '_')
        return {
          ...rest,
          id: `${path}.instance-${uuid}._app.1`,
          framework: 'marathon',
          agentIp: agent.ip,
          ips: [...rest.ips],
        }
      })
    fc.assert(
      fc.property(fc.array(task, { maxLength: 4 }), (tasks) => {
        assert.deepEqual(throughJson(tasks), tasks)
      }),
    )
  })
})
