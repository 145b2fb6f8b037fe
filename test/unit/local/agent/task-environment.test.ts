import assert from 'node:assert/strict'
import { taskEnvironment } from '../../../../src/local/parts/agent/task-environment.js'

describe('taskEnvironment', () => {
  const machine = {
    PATH: '/usr/bin',
    HOME: '/home/ada',
    LANG: undefined,
    DCOS_ACS_TOKEN: 'secret',
    TZ: 'UTC',
  }
  const of = (env: Record<string, string>) =>
    taskEnvironment(machine, { id: 't.1', env }, '/s/t.1', '/opt/node')

  it("passes on a few of the machine's variables and never the cluster's secrets", () => {
    assert.deepEqual(of({}), {
      PATH: '/usr/bin:/opt/node',
      HOME: '/home/ada',
      TZ: 'UTC',
      MESOS_TASK_ID: 't.1',
      MESOS_SANDBOX: '/s/t.1',
      MESOS_DIRECTORY: '/s/t.1',
      PWD: '/s/t.1',
    })
  })

  it("lets the task's own variables win, but not over the sandbox", () => {
    const env = of({
      HOME: '/x',
      PATH: '/only',
      MESOS_TASK_ID: 'mine',
      MESOS_SANDBOX: '/else',
      'PORT_HTTP-API': '1',
    })
    assert.equal(env.HOME, '/x')
    assert.equal(env.PATH, '/only:/opt/node')
    assert.equal(env.MESOS_TASK_ID, 'mine')
    assert.equal(env.MESOS_SANDBOX, '/s/t.1')
    assert.equal(env['PORT_HTTP-API'], '1')
  })

  it('has a PATH even where the machine has none', () => {
    const { PATH } = taskEnvironment({}, { id: 't', env: {} }, '/s', '/opt/node')
    assert.match(PATH ?? '', /^\/usr\/bin:.*:\/opt\/node$/)
  })
})
