import { type Rule, refused } from './rule.js'

/** A container is a DOCKER one unless it says otherwise, and that needs an image. */
export const dockerRequired: Rule = {
  id: 'docker-required',
  severity: 'error',
  phase: 'current',
  check: (_app, { container }) =>
    container?.type === 'DOCKER' && !container.docker
      ? [
          refused('/container/docker', 'not defined', {
            message: 'a container of type DOCKER (the default) needs "docker" with an image',
            fix: 'add "docker": {"image": …}, or "type": "MESOS"',
          }),
        ]
      : [],
}

/** Fields of the Docker engine that the universal runtime does not have, and one that nobody has any more. */
export const dockerOnlyFields: Rule = {
  id: 'docker-only-field',
  severity: 'error',
  phase: 'legacy',
  check: ({ container }) => {
    const docker = container?.docker
    if (!docker) return []
    const wrong: string[] = docker.credential ? ['credential'] : []
    if (container.type === 'MESOS') {
      if (docker.network !== undefined) wrong.push('network')
      if ((docker.parameters ?? []).length > 0) wrong.push('parameters')
      if (docker.portMappings !== undefined) wrong.push('portMappings')
    }
    return wrong.map((field) =>
      refused(`/container/docker/${field}`, 'must be empty', {
        message:
          field === 'credential' ? '"credential" is not supported any more' : `"${field}" needs type DOCKER`,
        fix: 'remove it',
      }),
    )
  },
}

/** Registry credentials are the universal runtime's. */
export const pullConfigEngine: Rule = {
  id: 'pull-config-engine',
  severity: 'error',
  phase: 'current',
  check: (_app, { container }) =>
    container?.type === 'DOCKER' && container.docker?.pullConfig
      ? [
          refused('/container/docker/pullConfig', 'pullConfig is not supported with Docker containerizer', {
            fix: 'use "type": "MESOS"',
          }),
        ]
      : [],
}

/** Seccomp: a profile or none at all, said consistently. */
export const linuxInfo: Rule = {
  id: 'linux-info',
  severity: 'error',
  phase: 'model',
  check: (_app, { container }) => {
    if (container?.type !== 'MESOS') return []
    const info = (container.linuxInfo ?? {}) as {
      seccomp?: { profileName?: string; unconfined?: boolean }
      ipcInfo?: { mode?: string; shmSize?: number }
    }
    const remarks = []
    if (info.seccomp) {
      const unconfined = info.seccomp.unconfined ?? false
      if (unconfined && info.seccomp.profileName !== undefined)
        remarks.push(
          refused(
            '/container/linuxInfo/seccomp',
            'Seccomp unconfined can NOT be true when Profile is defined',
          ),
        )
      if (!unconfined && info.seccomp.profileName === undefined)
        remarks.push(
          refused(
            '/container/linuxInfo/seccomp',
            'Seccomp unconfined must be true when Profile is NOT defined',
          ),
        )
    }
    if (info.ipcInfo?.mode === 'SHARE_PARENT' && info.ipcInfo.shmSize !== undefined)
      remarks.push(
        refused('/container/linuxInfo/ipcInfo', 'ipcInfo shmSize can NOT be set when mode is SHARE_PARENT'),
      )
    return remarks
  },
}
