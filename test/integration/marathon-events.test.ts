import assert from 'node:assert/strict'
import http from 'node:http'
import { eventually, useCluster } from '../support/local-cluster.js'

const idle = (id: string, more: object = {}) => ({ id, cmd: 'exec sleep 600', ...more })
// biome-ignore lint/suspicious/noExplicitAny: events of many shapes
type Event = any

describe('marathon: the event stream', () => {
  const cluster = useCluster()

  it('tells the life of an app in Marathon’s order', async () => {
    const events: Event[] = []
    const stop = await cluster.follow('', (event) => events.push(event))
    await cluster.run(idle('/group/app'))
    await eventually(() => events.find((event) => event.eventType === 'deployment_success'), 'success')
    const kinds = events.map((event) =>
      [event.eventType, event.condition ?? event.taskStatus].filter(Boolean).join(' '),
    )
    assert.deepEqual(kinds, [
      'event_stream_attached',
      'group_change_success',
      'api_post_event',
      'deployment_info',
      'deployment_step_success',
      'deployment_info',
      'instance_changed_event Scheduled',
      'instance_changed_event Provisioned',
      'status_update_event TASK_STARTING',
      'instance_changed_event Starting',
      'status_update_event TASK_RUNNING',
      'instance_changed_event Running',
      'deployment_step_success',
      'deployment_success',
    ])
    const of = (kind: string) => events.find((event) => event.eventType === kind)
    const version = (await cluster.app('/group/app')).version
    assert.deepEqual(
      [of('group_change_success').groupId, of('group_change_success').version],
      ['/group', version],
    )
    assert.deepEqual(
      [of('api_post_event').uri, of('api_post_event').appDefinition.id],
      ['/service/marathon/v2/apps', '/group/app'],
    )
    assert.deepEqual(of('deployment_info').currentStep, {
      actions: [{ action: 'StartApplication', app: '/group/app' }],
    })
    assert.deepEqual(Object.keys(of('deployment_success').plan), ['id', 'steps', 'version'])
    const running = events.findLast((event) => event.eventType === 'status_update_event')
    assert.deepEqual(running.ports, (await cluster.tasks('/group/app'))[0].ports)
    assert.equal(running.version, version)
    events.length = 0
    await cluster.marathon('/v2/apps/group/app', { method: 'DELETE' })
    await eventually(() => events.find((event) => event.eventType === 'deployment_success'), 'the deletion')
    assert.ok(of('app_terminated_event') && !of('api_post_event'))
    stop()
  })

  it('tells of a change that is refused by nobody but the one who is cancelled', async () => {
    const events: Event[] = []
    const stop = await cluster.follow('deployment_failed', (event) => events.push(event))
    const { json } = await cluster.create(idle('/stuck', { fetch: [{ uri: 'file:///no' }] }))
    await cluster.marathon('/v2/apps/stuck?force=true', { method: 'DELETE' })
    const failed = await eventually(() => events[0], 'the failure')
    assert.deepEqual([failed.id, failed.reason], [json.deployments[0].id, 'The upgrade has been cancelled'])
    await cluster.deployed()
    stop()
  })

  it('is framed by CRLF, begins with the client’s own arrival, and is filtered by type', async () => {
    const { request, text } = await open(
      '/v2/events?event_type=event_stream_attached&event_type=deployment_success&plan-format=light',
    )
    assert.match(
      text(),
      /^event: event_stream_attached\r\ndata: \{"remoteAddress":"127\.0\.0\.1","eventType":"event_stream_attached","timestamp":"[^"]+"\}\r\n\r\n$/,
    )
    await cluster.run(idle('/filtered', { instances: 0 }))
    await eventually(() => (text().includes('event: deployment_success\r\n') ? true : undefined), 'success')
    assert.equal(text().match(/^event:/gm)?.length, 2)
    request.destroy()
  })

  it('asks for the right Accept, and HEAD does not hang', async () => {
    assert.equal((await cluster.marathon('/v2/events')).status, 405)
    const headers = { accept: 'text/event-stream' }
    assert.ok((await cluster.marathon('/v2/events', { method: 'HEAD', headers })).status >= 400)
  })

  it('forgets clients that leave', async () => {
    const events: Event[] = []
    const stop = await cluster.follow('', (event) => events.push(event))
    const { request } = await open('/v2/events')
    request.destroy()
    await eventually(
      () => events.find((event) => event.eventType === 'event_stream_detached'),
      'the departure',
    )
    stop()
  })

  async function open(path: string): Promise<{ request: http.ClientRequest; text: () => string }> {
    const request = http.get(`${cluster.running.url}/service/marathon${path}`, {
      agent: false,
      headers: { authorization: `Bearer ${cluster.token}`, accept: 'text/event-stream' },
    })
    request.on('error', () => {})
    let text = ''
    await new Promise<void>((begun) => {
      request.on('response', (response) => {
        assert.equal(response.headers['content-type'], 'text/event-stream')
        response.setEncoding('utf8').on('data', (piece) => {
          text += piece
          begun()
        })
      })
    })
    return { request, text: () => text }
  }
})
