import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { attachCluster, editCluster, saveCluster } from '../../../src/config/clusters.js'
import { baseUrl, environmentNames, SETTINGS } from '../../../src/config/keys.js'
import { type Environment, resolveCluster } from '../../../src/config/settings.js'
import { UserError } from '../../../src/shared/errors.js'

const PROD_TOKEN = 'prod-token'

describe('which cluster is meant', () => {
  let dir: string
  const resolve = (env: Environment = {}, cluster?: string) =>
    resolveCluster({ DCOS_DIR: dir, ...env }, { cluster })

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'dcos-settings-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const twoClusters = async () => {
    await saveCluster(dir, { id: '1111-prod', name: 'prod', url: 'https://prod.example', token: PROD_TOKEN })
    await saveCluster(dir, {
      id: '2222-test',
      name: 'test',
      url: 'http://test.example:8080',
      token: 'test-token',
    })
  }

  it('without any, says how to get one', async () => {
    await assert.rejects(resolve(), (thrown) => {
      assert.ok(thrown instanceof UserError)
      assert.equal(thrown.code, 'E_NO_CLUSTER')
      assert.equal(thrown.exitCode, 1)
      assert.match(thrown.next.join('\n'), /dcos local up[\s\S]*DCOS_URL/)
      return true
    })
  })

  it('takes the only one, attached or not', async () => {
    await saveCluster(dir, { id: 'x', name: 'n', url: 'https://x.example/', token: 't0ken' })
    const target = await resolve()
    assert.deepEqual(
      { ...target, config: undefined },
      {
        id: 'x',
        name: 'n',
        url: 'https://x.example',
        token: 't0ken',
        tls: { verify: true, ca: null },
        timeoutMs: 180_000,
        marathonUrl: 'https://x.example/service/marathon',
        mesosUrl: 'https://x.example/mesos',
        config: undefined,
        source: 'file',
      },
    )
  })

  it('of several takes the attached one, and refuses none and two', async () => {
    await twoClusters()
    await assert.rejects(resolve(), { code: 'E_NO_CLUSTER', message: /no cluster is attached/ })
    await attachCluster(dir, '2222-test')
    assert.equal((await resolve()).name, 'test')
    const { writeFile } = await import('node:fs/promises')
    await writeFile(join(dir, 'clusters', '1111-prod', 'attached'), '')
    await assert.rejects(resolve(), { code: 'E_NO_CLUSTER', message: /multiple clusters are attached/ })
  })

  it('a flag beats the environment, the environment beats the attached one', async () => {
    await twoClusters()
    await attachCluster(dir, '2222-test')
    assert.equal((await resolve({ DCOS_CLUSTER: 'prod' })).source, 'environment')
    assert.equal((await resolve({ DCOS_CLUSTER: 'prod' })).id, '1111-prod')
    const flagged = await resolve({ DCOS_CLUSTER: 'prod' }, 'test')
    assert.equal(flagged.id, '2222-test')
    assert.equal(flagged.source, 'flag')
    assert.equal((await resolve({}, '11')).id, '1111-prod', 'the flag takes the beginning of an id')
    await assert.rejects(resolve({ DCOS_CLUSTER: '1111' }), {
      code: 'E_CLUSTER_UNKNOWN',
      message: /no match found/,
    })
    await assert.rejects(resolve({}, 'nope'), (thrown) => {
      assert.match((thrown as UserError).next.join(), /prod \(1111-prod\), test/)
      return true
    })
  })

  it('DCOS_URL alone is a cluster', async () => {
    const target = await resolve({ DCOS_URL: 'dcos.example/', DCOS_ACS_TOKEN: 'abc', DCOS_TIMEOUT: '0' })
    assert.equal(target.url, 'https://dcos.example')
    assert.equal(target.token, 'abc')
    assert.equal(target.timeoutMs, 0)
    assert.equal(target.id, null)
    assert.equal(target.source, 'environment')
  })

  it('never gives a cluster’s token, trust or URLs to another origin', async () => {
    await saveCluster(dir, {
      id: 'p',
      name: 'prod',
      url: 'https://prod.example',
      token: PROD_TOKEN,
      sslVerify: 'false',
    })
    await editCluster(dir, 'p', (table) => {
      table.marathon = { url: 'https://marathon.prod.example' }
      table.kafka = { service_name: 'kafka-prod' }
    })
    for (const url of ['https://evil.example', 'http://prod.example', 'https://prod.example:8443']) {
      const target = await resolve({ DCOS_URL: url })
      assert.equal(target.token, null, url)
      assert.equal(target.tls.verify, true, url)
      assert.equal(target.marathonUrl, `${url}/service/marathon`)
      assert.equal(target.config('core.dcos_acs_token'), undefined)
      assert.equal(target.config('kafka.service_name'), undefined)
    }
    const same = await resolve({ DCOS_URL: 'https://prod.example:443/' })
    assert.equal(same.token, PROD_TOKEN)
    assert.equal(same.id, 'p')
    assert.equal(same.config('kafka.service_name'), 'kafka-prod')
  })

  it('keeps DCOS_ACS_TOKEN from the cluster of a flag when DCOS_URL names another', async () => {
    await twoClusters()
    const env = {
      DCOS_URL: 'https://prod.example',
      DCOS_ACS_TOKEN: 'for-prod',
      DCOS_MARATHON_URL: 'https://m.prod',
    }
    const other = await resolve(env, 'test')
    assert.equal(other.url, 'http://test.example:8080')
    assert.equal(other.token, 'test-token')
    assert.equal(other.marathonUrl, 'http://test.example:8080/service/marathon')
    assert.equal((await resolve(env, 'prod')).token, 'for-prod')
    const elsewhere = await resolve({ DCOS_MARATHON_URL: 'https://m.prod' }, 'test')
    assert.equal(elsewhere.marathonUrl, 'http://test.example:8080/service/marathon')
    assert.equal((await resolve({ DCOS_ACS_TOKEN: 'alone' }, 'prod')).token, 'alone')
  })

  it('refuses DCOS_CLUSTER and DCOS_URL that contradict each other', async () => {
    await twoClusters()
    await assert.rejects(resolve({ DCOS_CLUSTER: 'prod', DCOS_URL: 'http://test.example:8080' }), {
      code: 'E_CLUSTER_CONFLICT',
    })
    const target = await resolve({ DCOS_CLUSTER: 'prod', DCOS_URL: 'https://prod.example/' })
    assert.equal(target.token, PROD_TOKEN)
  })

  it('reports the broken file of the chosen cluster, and reads past one that is not chosen', async () => {
    const { mkdir, writeFile } = await import('node:fs/promises')
    await mkdir(join(dir, 'clusters', 'bad'), { recursive: true })
    await writeFile(join(dir, 'clusters', 'bad', 'dcos.toml'), '[core\n')
    await assert.rejects(resolve(), { code: 'E_CONFIG_BROKEN', message: /bad\/dcos\.toml:1:/ })
    await saveCluster(dir, { id: 'good', url: 'https://good.example' })
    assert.equal((await resolve()).id, 'good')
    await assert.rejects(resolve({}, 'bad'), { code: 'E_CONFIG_BROKEN' })
    await attachCluster(dir, 'bad')
    await assert.rejects(resolve(), { code: 'E_CONFIG_BROKEN' })
    assert.equal((await resolve({ DCOS_URL: 'https://u.example' })).url, 'https://u.example')
  })

  it('a cluster without URL says which key is missing', async () => {
    await editCluster(dir, 'x', (table) => {
      table.core = { dcos_acs_token: 'secret-token' }
    })
    await assert.rejects(resolve(), { code: 'E_CONFIG', message: /no core\.dcos_url/ })
    await assert.rejects(resolve({ DCOS_CLUSTER: 'x', DCOS_URL: 'https://evil.example' }), {
      code: 'E_CONFIG',
    })
  })

  const tls: [string, Environment, string | undefined, { verify: boolean; ca: string | null }][] = [
    ['nothing said', {}, undefined, { verify: true, ca: null }],
    ['file says no', {}, 'false', { verify: false, ca: null }],
    ['file names a bundle', {}, '/ca.crt', { verify: true, ca: '/ca.crt' }],
    ['environment beats file', { DCOS_SSL_VERIFY: 'true' }, 'false', { verify: true, ca: null }],
    ['environment names a bundle', { DCOS_SSL_VERIFY: '/e.crt' }, 'false', { verify: true, ca: '/e.crt' }],
    ['plugin words: insecure', { DCOS_TLS_INSECURE: '1' }, undefined, { verify: false, ca: null }],
    ['plugin words: not insecure', { DCOS_TLS_INSECURE: '0' }, 'false', { verify: true, ca: null }],
    ['plugin words: bundle', { DCOS_TLS_CA_PATH: '/p.crt' }, 'false', { verify: true, ca: '/p.crt' }],
    [
      'checking wins',
      { DCOS_SSL_VERIFY: 'true', DCOS_TLS_INSECURE: '1' },
      undefined,
      { verify: true, ca: null },
    ],
    [
      'bundle beside a word',
      { DCOS_SSL_VERIFY: 'true', DCOS_TLS_CA_PATH: '/p' },
      undefined,
      { verify: true, ca: '/p' },
    ],
    ['empty is unset', { DCOS_SSL_VERIFY: '', DCOS_TLS_INSECURE: '' }, 'false', { verify: false, ca: null }],
  ]
  for (const [name, env, sslVerify, expected] of tls) {
    it(`trust: ${name}`, async () => {
      await saveCluster(dir, { id: 'x', url: 'https://x.example', sslVerify })
      assert.deepEqual((await resolve(env)).tls, expected)
    })
  }

  it('reads any key: environment, file, default', async () => {
    await editCluster(dir, 'x', (table) => {
      table.core = { dcos_url: 'https://x.example' }
      table.kafka = { service_name: 'from-file' }
    })
    const target = await resolve({ DCOS_CASSANDRA_SERVICE_NAME: 'c1', DCOS_BETA_KAFKA_SERVICE_NAME: 'b1' })
    assert.equal(target.config('kafka.service_name'), 'from-file')
    assert.equal(target.config('cassandra.service_name'), 'c1')
    assert.equal(target.config('beta-kafka.service_name'), 'b1')
    assert.equal(target.config('core.timeout'), '180')
    assert.equal(target.config('core.dcos_url'), 'https://x.example')
    assert.equal(target.config('no.such'), undefined)
  })

  const refused: [string, Environment, RegExp][] = [
    ['time that is none', { DCOS_URL: 'https://x', DCOS_TIMEOUT: 'soon' }, /DCOS_TIMEOUT is "soon"/],
    ['password in the URL', { DCOS_URL: 'https://me:s3cret@x' }, /user name or password/],
    ['another scheme', { DCOS_URL: 'ftp://x' }, /must start with http/],
    ['no URL at all', { DCOS_URL: 'https://' }, /is no URL/],
    [
      'token with a line end inside',
      { DCOS_URL: 'https://x', DCOS_ACS_TOKEN: 'a\nb' },
      /DCOS_ACS_TOKEN holds/,
    ],
  ]
  for (const [name, env, message] of refused) {
    it(`refuses ${name}`, async () => {
      await assert.rejects(resolve(env), (thrown) => {
        assert.ok(thrown instanceof UserError)
        assert.match(thrown.message, message)
        assert.doesNotMatch(thrown.message + thrown.next.join(), /s3cret|a\nb/)
        return true
      })
    })
  }
})

describe('settings', () => {
  it('are sorted by key, as config keys prints them', () => {
    const keys = SETTINGS.map((setting) => setting.key)
    assert.deepEqual(keys, [...keys].sort())
  })

  it('have their variables by table or by rule', () => {
    assert.deepEqual(environmentNames('cluster.name'), [])
    assert.deepEqual(environmentNames('core.dcos_url'), ['DCOS_URL', 'DCOS_DCOS_URL'])
    assert.deepEqual(environmentNames('kafka.service_name'), ['DCOS_KAFKA_SERVICE_NAME'])
    assert.deepEqual(environmentNames('beta-kafka.x'), ['DCOS_BETA-KAFKA_X', 'DCOS_BETA_KAFKA_X'])
  })

  it('a base URL is its own plain form', () => {
    fc.assert(
      fc.property(fc.webUrl(), (text) => {
        const plain = baseUrl(text, 'x')
        assert.doesNotMatch(plain, /\/$/)
        assert.equal(baseUrl(plain, 'x'), plain)
        assert.equal(new URL(plain).origin, new URL(text).origin)
      }),
    )
    assert.equal(baseUrl('HTTP://Host.Example:80//', 'x'), 'http://host.example')
  })
})
