import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { APP_FIELDS } from '../../../src/definitions/read-app.js'

describe('the published schema of apps', () => {
  const file = new URL('../../../schemas/app.schema.json', import.meta.url)
  const load = async () => JSON.parse(await readFile(file, 'utf8'))

  it('is a valid JSON Schema that editors can use as it stands', async () => {
    const schema = await load()
    assert.equal(schema.$id, 'https://dcos-vip.dev/schemas/app.schema.json')
    const check = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)
    assert.equal(
      check({ id: '/a', cmd: 'sleep 1', portDefinitions: [{ protocol: 'TCP', labels: { VIP_0: '/a:1' } }] }),
      true,
    )
    assert.equal(check({ cmd: 'x' }), false)
    assert.equal(check({ id: '/a', env: { A: 1 } }), false)
  })

  it('describes every field', async () => {
    const missing: string[] = []
    const walk = (part: Record<string, unknown>, path: string): void => {
      for (const [name, field] of Object.entries(
        (part.properties as Record<string, Record<string, unknown>>) ?? {},
      )) {
        if (typeof field.description !== 'string') missing.push(`${path}/${name}`)
        walk(field, `${path}/${name}`)
      }
      for (const key of ['items', 'additionalProperties'])
        if (typeof part[key] === 'object') walk(part[key] as Record<string, unknown>, path)
      for (const [name, def] of Object.entries((part.$defs as Record<string, Record<string, unknown>>) ?? {}))
        walk(def, `#${name}`)
    }
    walk(await load(), '')
    assert.deepEqual(missing, [])
  })

  it('has fields in the order in which Marathon prints them', () => {
    assert.deepEqual(APP_FIELDS.slice(0, 4), ['id', 'acceptedResourceRoles', 'args', 'backoffFactor'])
    assert.equal(APP_FIELDS.indexOf('gpus'), APP_FIELDS.indexOf('mem') + 1)
  })
})
