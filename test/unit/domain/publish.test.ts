import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Publish, PublishError, parsePublish, protocolText } from '../../../src/domain/publish.js'

describe('--publish', () => {
  const cases: [text: string, publish: Publish][] = [
    ['5555:8080', { vipPort: 5555, containerPort: 8080, protocols: ['tcp'] }],
    ['80:0', { vipPort: 80, containerPort: 0, protocols: ['tcp'] }],
    ['1:65535', { vipPort: 1, containerPort: 65535, protocols: ['tcp'] }],
    ['65535:1/tcp', { vipPort: 65535, containerPort: 1, protocols: ['tcp'] }],
    ['53:5353/udp', { vipPort: 53, containerPort: 5353, protocols: ['udp'] }],
    ['53:5353/tcp,udp', { vipPort: 53, containerPort: 5353, protocols: ['udp', 'tcp'] }],
    ['53:5353/udp,tcp', { vipPort: 53, containerPort: 5353, protocols: ['udp', 'tcp'] }],
    [
      '53:5353/tcp,udp,name=dns',
      { vipPort: 53, containerPort: 5353, protocols: ['udp', 'tcp'], name: 'dns' },
    ],
    [
      '80:0,host-port=31080,name=http-api',
      { vipPort: 80, containerPort: 0, protocols: ['tcp'], name: 'http-api', hostPort: 31080 },
    ],
    ['80:8080/tcp,host-port=0', { vipPort: 80, containerPort: 8080, protocols: ['tcp'], hostPort: 0 }],
  ]
  for (const [text, publish] of cases) it(text, () => assert.deepEqual(parsePublish(text), publish))

  const refused: [text: string, why: RegExp][] = [
    ['', /container port is missing/],
    ['80', /container port is missing/],
    ['80:', /the container port must be a number from 0 to 65535, not ''/],
    [':80', /the VIP port must be a number from 1 to 65535, not ''/],
    ['0:80', /the VIP port must be a number from 1/],
    ['65536:80', /the VIP port/],
    ['80:65536', /the container port/],
    ['-1:80', /the VIP port/],
    ['http:80', /the VIP port must be a number from 1 to 65535, not 'http'/],
    ['80:8e1', /the container port/],
    [' 80:80', /the VIP port/],
    ['80:80:80', /right form/],
    ['80:80/sctp', /'sctp' is no protocol/],
    ['80:80/TCP', /'TCP' is no protocol/],
    ['80:80/', /'' is no protocol/],
    ['80:80,name=', /the name ''/],
    ['80:80,name=Http', /the name 'Http'/],
    ['80:80,name=-a', /the name '-a'/],
    ['80:80,name=a_b', /the name 'a_b'/],
    ['80:80,host-port=', /host-port must be a number/],
    ['80:80,host-port=65536', /host-port must be a number/],
    ['80:80,udp', /'udp' is no option/],
    ['80:80,', /'' is no option/],
    ['80:80,port=1', /'port=1' is no option/],
  ]
  for (const [text, why] of refused)
    it(`${JSON.stringify(text)} is refused`, () =>
      assert.throws(
        () => parsePublish(text),
        (error: unknown) =>
          error instanceof PublishError &&
          why.test(error.message) &&
          error.message.startsWith(`--publish ${text}: `) &&
          error.message.includes('VIP_PORT:CONTAINER_PORT'),
      ))

  it('is read as it is written', () => {
    const publish: fc.Arbitrary<Publish> = fc.record(
      {
        vipPort: fc.integer({ min: 1, max: 65535 }),
        containerPort: fc.nat(65535),
        protocols: fc.constantFrom<Publish['protocols']>(['tcp'], ['udp'], ['udp', 'tcp']),
        name: fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,6}[a-z0-9])?$/),
        hostPort: fc.nat(65535),
      },
      { requiredKeys: ['vipPort', 'containerPort', 'protocols'], noNullPrototype: true },
    )
    fc.assert(
      fc.property(publish, (wish) => {
        const name = wish.name === undefined ? '' : `,name=${wish.name}`
        const hostPort = wish.hostPort === undefined ? '' : `,host-port=${wish.hostPort}`
        const ports = `${wish.vipPort}:${wish.containerPort}/${protocolText(wish.protocols)}`
        assert.deepEqual(parsePublish(ports + name + hostPort), wish)
        assert.deepEqual(parsePublish(ports + hostPort + name), wish)
      }),
    )
  })

  it('is a PublishError and nothing else when it cannot be read', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'80:/,tcpudname=-') }), (text) => {
        try {
          parsePublish(text)
        } catch (error) {
          assert.ok(error instanceof PublishError)
        }
      }),
    )
  })
})
