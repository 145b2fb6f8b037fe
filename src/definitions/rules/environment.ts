import { childPath } from '../marathon-path.js'
import { type Remark, type Rule, refused } from './rule.js'

const DISABLED = 'Feature secrets is not enabled. Enable with --enable_features secrets)'

/** Names of variables and secrets are not empty, and references lead to a secret of the app. */
export const environmentNames: Rule = {
  id: 'environment-name',
  severity: 'error',
  phase: 'current',
  check: ({ env = {}, secrets = {} }) => {
    const remarks: Remark[] = emptyKeys('/env', env).concat(emptyKeys('/secrets', secrets))
    for (const [name, value] of Object.entries(env)) {
      if (typeof value === 'object' && !Object.hasOwn(secrets, value.secret))
        remarks.push(
          refused(`${childPath('/env', name)}/secret`, 'references an undefined secret', {
            message: `the app has no secret "${value.secret}"`,
          }),
        )
    }
    return remarks
  },
}

/** Open DC/OS has no secret store, and Marathon refuses whatever would need it. */
export const secretsFeature: Rule = {
  id: 'secrets-feature',
  severity: 'error',
  phase: 'current',
  check: ({ env = {}, secrets = {}, container }) => {
    const remarks: Remark[] = []
    const fix = 'open DC/OS has no secrets: hand the value in as an environment variable or a file'
    if (Object.values(env).some((value) => typeof value === 'object'))
      remarks.push(
        refused(
          '/env',
          'use of secret-references in the environment requires the secrets feature to be enabled',
          { fix },
        ),
      )
    if (Object.keys(secrets).length > 0) remarks.push(refused('/secrets', DISABLED, { fix }))
    for (const [index, volume] of (container?.volumes ?? []).entries()) {
      if (volume.secret === undefined) continue
      const path = childPath('/container/volumes', index)
      remarks.push(refused(path, DISABLED, { serverPath: '/container/secretVolumes(container)', fix }))
      if (!Object.hasOwn(secrets, volume.secret))
        remarks.push(refused(path, 'volume.secret must refer to an existing secret'))
    }
    const pull = container?.type === 'MESOS' ? container.docker?.pullConfig : undefined
    if (pull) {
      remarks.push(refused('/container/docker/pullConfig', DISABLED, { fix }))
      if (!Object.hasOwn(secrets, pull.secret))
        remarks.push(
          refused('/container/docker/pullConfig', 'pullConfig.secret must refer to an existing secret'),
        )
    }
    return remarks
  },
}

/** Addresses of files are URIs as Java reads them. */
export const artifactUris: Rule = {
  id: 'artifact-uri',
  severity: 'error',
  phase: 'current',
  check: ({ fetch = [], uris = [] }) => [
    ...fetch.flatMap(({ uri }, i) => uriRemark(`${childPath('/fetch', i)}/uri`, uri)),
    ...uris.flatMap((uri, i) => uriRemark(childPath('/uris', i), uri)),
  ],
}

function uriRemark(path: string, uri: string): Remark[] {
  const valid = uri !== '' && !/[\s"<>\\^`{|}]|%(?![0-9a-fA-F]{2})|^[^/?#]*:$|^:/.test(uri)
  return valid ? [] : [refused(path, 'URI has invalid syntax.', { message: `"${uri}" is no valid URI` })]
}

function emptyKeys(path: string, map: object): Remark[] {
  const index = Object.keys(map).indexOf('')
  return index < 0 ? [] : [refused(path, 'must not be empty', { serverPath: `${path}/keys(${index})` })]
}
