import assert from 'node:assert/strict'
import { normalizeApp } from '../../../../src/definitions/normalize-app.js'
import type { Collection } from '../../../../src/local/kit/store.js'
import type { TaskLaunch, TaskRunner } from '../../../../src/local/kit/task.js'
import { Backoff } from '../../../../src/local/parts/marathon/backoff.js'
import { EventBus } from '../../../../src/local/parts/marathon/events.js'
import { Instances } from '../../../../src/local/parts/marathon/instances.js'
import { Launcher } from '../../../../src/local/parts/marathon/launcher.js'
import type { Instance } from '../../../../src/local/parts/marathon/model.js'
import { FakeClock } from '../../../support/fake-clock.js'

const AGENT = { id: 'S0', host: '127.0.0.1', ip: '127.0.0.1' }
const app = normalizeApp({ id: '/a', cmd: 'true', portDefinitions: [{ port: 0 }] })
const waiting: Instance = {
  id: 'a.instance-1',
  app,
  goal: 'Running',
  condition: 'Scheduled',
  incarnation: 1,
  since: '',
  task: null,
}

/** An agent that hands a port out when the test says so. */
class SlowPorts implements TaskRunner {
  readonly launched: TaskLaunch[] = []
  readonly released: number[] = []
  private found: ((ports: number[] | RangeError) => void) | undefined

  launch(task: TaskLaunch): void {
    this.launched.push(task)
  }
  kill(): void {}
  async runBeside(): Promise<null> {
    return null
  }
  async allocatePorts(): Promise<number[]> {
    const ports = await new Promise<number[] | RangeError>((found) => {
      this.found = found
    })
    if (ports instanceof RangeError) throw ports
    return ports
  }
  async claimPort(): Promise<boolean> {
    return true
  }
  releasePorts(ports: number[]): void {
    this.released.push(...ports)
  }
  find(ports: number[] | RangeError): void {
    this.found?.(ports)
  }
}

describe('marathon: launching', () => {
  const clock = new FakeClock()
  let runner: SlowPorts
  let instances: Instances
  let launcher: Launcher

  beforeEach(() => {
    runner = new SlowPorts()
    const kept: Collection<Instance> = {
      get: () => undefined,
      put: () => {},
      remove: () => {},
      entries: () => [],
      keysUnder: () => [],
    }
    instances = new Instances(kept, new EventBus(() => ''), AGENT, () => {})
    instances.save(waiting)
    const ignore = () => {}
    launcher = new Launcher(instances, runner, new Backoff(clock), AGENT, clock, ignore, ignore)
    launcher.tick()
  })
  afterEach(() => launcher.stop())

  it('starts a task with the ports that were found, once', async () => {
    launcher.tick()
    runner.find([31005])
    await clock.advance(0)
    launcher.tick()
    assert.deepEqual(
      runner.launched.map(({ id, env }) => [id, env.PORT0]),
      [['a.instance-1._app.1', '31005']],
    )
    assert.equal(instances.get(waiting.id)?.condition, 'Provisioned')
  })

  it('gives ports back when the instance is gone before they were found', async () => {
    instances.remove(waiting.id)
    runner.find([31005])
    await clock.advance(0)
    assert.deepEqual([runner.launched, runner.released], [[], [31005]])
  })

  it('gives them back when the cluster stops meanwhile', async () => {
    launcher.stop()
    runner.find([31005])
    await clock.advance(0)
    assert.deepEqual([runner.launched, runner.released], [[], [31005]])
  })

  it('asks again a second after there was no port', async () => {
    runner.find(new RangeError('none'))
    await clock.advance(999)
    assert.ok(launcher.lacksPort(waiting))
    await clock.advance(1)
    runner.find([31005])
    await clock.advance(0)
    assert.equal(runner.launched.length, 1)
    assert.ok(!launcher.lacksPort(waiting))
  })
})
