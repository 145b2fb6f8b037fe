import assert from 'node:assert/strict'
import { join } from 'node:path'
import { hasProgram, useBuiltCluster } from '../support/built-cluster.js'
import { projectRoot } from '../support/run-cli.js'

describe('dcos service endpoints', () => {
  const cluster = useBuiltCluster()

  before(async () => {
    for (const name of ['web', 'kafka'])
      await cluster.ok('vip', 'create', '--file', join(projectRoot, 'examples', `${name}.json`))
  })

  const same: string[][] = [
    ['service', 'endpoints', '--name', 'kafka'],
    ['kafka', 'endpoints'],
    ['kafka', '--name=kafka', 'endpoints'],
    ['--cluster', 'local', 'kafka', 'endpoints'],
  ]
  for (const words of same) {
    it(`lists the names: dcos ${words.join(' ')}`, async () => {
      assert.equal(await cluster.ok(...words), '[\n  "broker",\n  "zookeeper"\n]\n')
    })
  }

  it('prints an endpoint with the keys in the order of the service, one element a line', async () => {
    const text = await cluster.ok('kafka', 'endpoints', 'broker')
    const port = /127\.0\.0\.1:(\d+)/.exec(text)?.[1]
    assert.equal(
      text,
      `{
  "address": [
    "127.0.0.1:${port}"
  ],
  "zookeeper": "master.mesos:2181/dcos-service-kafka",
  "dns": [
    "broker-0.kafka.mesos:${port}"
  ],
  "vip": "broker.kafka.l4lb.thisdcos.directory:9092"
}
`,
    )
    assert.equal(await cluster.ok('service', 'endpoints', 'broker'), text)
    assert.equal(await cluster.ok('kafka', 'endpoints', 'broker', '--json'), text)
  })

  it('prints a text endpoint as it is', async () => {
    assert.equal(
      (await cluster.ok('kafka', 'endpoints', 'zookeeper')).trimEnd(),
      'master.mesos:2181/dcos-service-kafka',
    )
  })

  it('makes the endpoints of a plain app from its ports', async () => {
    assert.deepEqual(await cluster.json('web', 'endpoints'), ['http', 'admin'])
    const http = await cluster.json('web', 'endpoints', 'http')
    assert.deepEqual(Object.keys(http), ['address', 'dns', 'vip'])
    assert.equal(http.address.length, 2)
    assert.match(http.vip, /^web\.marathon\.l4lb\.thisdcos\.directory:\d+$/)
  })

  it('pipes into jq', async function () {
    if (!hasProgram('jq')) return this.skip()
    const { spawnSync } = await import('node:child_process')
    const input = await cluster.ok('kafka', 'endpoints', 'broker')
    const { stdout } = spawnSync('jq', ['-r', '.vip'], { input, encoding: 'utf8' })
    assert.equal(stdout, 'broker.kafka.l4lb.thisdcos.directory:9092\n')
  })

  it('names what there is when something is not', async () => {
    assert.match((await cluster.refused(['kafka', 'endpoints', 'nope'], 1)).text, /broker, zookeeper/)
    assert.match((await cluster.refused(['nobody', 'endpoints'], 1)).text, /kafka, web/)
    assert.match((await cluster.refused(['service', 'endpoints'], 2)).text, /kafka, web/)
    assert.match((await cluster.refused(['service', 'endpoints', 'nope'], 1)).text, /broker/)
    await cluster.refused(['service', 'endpoints', '--name', '..'], 2)
  })
})
