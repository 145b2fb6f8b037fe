import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ask, eventually, useCluster } from '../support/local-cluster.js'
import { projectRoot } from '../support/run-cli.js'

const folder = join(projectRoot, 'examples')
const definition = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8'))

describe('the examples', () => {
  const cluster = useCluster()

  /** Where the VIP of a label is reached. */
  const place = (label: string) =>
    eventually<string>(async () => {
      const { json } = await cluster.api('/local/v1/vips')
      return json.find((vip: { label: string }) => vip.label === label)?.connect ?? undefined
    }, `the VIP ${label}`)

  it('are all here', () => {
    assert.deepEqual(
      readdirSync(folder).filter((file) => file.endsWith('.json')),
      ['kafka.json', 'udp-echo.json', 'web.json'],
    )
  })

  it('web.json: two instances answer at two VIPs', async () => {
    await cluster.run(definition('web.json'))
    const address = await place('/web:5555')
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(`http://${address}`)))
    assert.equal(new Set(answers.map(({ text }) => text)).size, 2)
    assert.match(answers[0]!.text, /^hello from web\.instance-/)
    assert.match((await ask(`http://${await place('/web:5556')}`)).text, /^admin of web\.instance-/)
  })

  it('kafka.json: serves the endpoints of an SDK scheduler behind Admin Router', async () => {
    await cluster.run(definition('kafka.json'))
    const names = await cluster.api('/service/kafka/v1/endpoints')
    assert.deepEqual(names.json, ['broker', 'zookeeper'])
    const broker = await cluster.api('/service/kafka/v1/endpoints/broker')
    assert.deepEqual(Object.keys(broker.json), ['address', 'zookeeper', 'dns', 'vip'])
    assert.equal((await cluster.api('/service/kafka/v1/endpoints/nonsense')).status, 404)
  })

  it('udp-echo.json: echoes datagrams', async () => {
    await cluster.run(definition('udp-echo.json'))
    const [host, port] = (await place('/echo:7007')).split(':')
    const socket = createSocket('udp4')
    try {
      const echoed = new Promise((resolve) => socket.once('message', (text) => resolve(text.toString())))
      // The program may not have bound its port yet: a datagram to nobody is lost.
      await eventually(async () => {
        socket.send('ping', Number(port), host)
        const pause = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 50))
        return Promise.race([echoed, pause])
      }, 'the echo')
      assert.equal(await echoed, 'ping')
    } finally {
      socket.close()
    }
  })
})
