import { Flags, type Interfaces } from '@oclif/core'
import { forceFlag, timeoutFlag, waitFlag, yesFlag } from './flags.js'

/** Flags that describe a new app: a definition or a running app says these things itself. */
const OF_NEW_APPS = 'id cmd image network instances cpus mem env label health-check'.split(' ')

/** Flags of `vip create`. */
export const createFlags = {
  publish: Flags.string({
    char: 'p',
    multiple: true,
    multipleNonGreedy: true,
    summary: 'A service endpoint with a VIP, VIP_PORT:CONTAINER_PORT. Repeatable.',
    description:
      'The whole form is VIP_PORT:CONTAINER_PORT[/PROTOCOL][,name=ENDPOINT][,host-port=N]. PROTOCOL is tcp (the default), udp or tcp,udp. A CONTAINER_PORT of 0 on host networking is the port that the cluster assigns: $PORT0 for the first endpoint, $PORT1 for the second.',
    helpValue: 'PORTS',
  }),
  file: Flags.string({
    char: 'f',
    summary: 'Deploy this app definition (- = stdin); with NAME and -p the VIP is added to it.',
    helpValue: 'APP.json',
    exclusive: ['app', ...OF_NEW_APPS],
  }),
  app: Flags.string({
    summary: 'Add the VIP to this app that runs; its tasks are restarted.',
    helpValue: '/ID',
    exclusive: ['file', ...OF_NEW_APPS],
  }),
  id: Flags.string({ summary: 'Id of the new app; made from NAME when left out.', helpValue: '/ID' }),
  cmd: Flags.string({ summary: 'Command of the new app, run by sh -c.', helpValue: 'CMD' }),
  image: Flags.string({ summary: 'Container image of the new app.', helpValue: 'IMAGE' }),
  network: Flags.string({
    summary: 'host, bridge, or the name of a virtual network such as dcos.',
    helpValue: 'NETWORK',
    default: 'host',
  }),
  instances: Flags.integer({ summary: 'Instances of the new app.', helpValue: 'N', min: 0, default: 1 }),
  cpus: Flags.string({ summary: 'CPU shares of each instance.', helpValue: 'N', default: '0.1' }),
  mem: Flags.string({ summary: 'Memory of each instance in MiB.', helpValue: 'MIB', default: '128' }),
  env: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Environment variable of the tasks. Repeatable.',
    helpValue: 'K=V',
  }),
  label: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    summary: 'Label of the app. Repeatable.',
    helpValue: 'K=V',
  }),
  'health-check': Flags.string({
    summary: 'What a task must pass to get traffic: http:PATH, tcp or command:CMD.',
    helpValue: 'CHECK',
  }),
  ip: Flags.string({
    summary: 'Make an IP VIP at this address instead of a named one.',
    helpValue: 'ADDRESS',
  }),
  'dry-run': Flags.boolean({
    summary: 'Print the definition that would be sent, send nothing.',
    default: false,
  }),
  wait: waitFlag,
  timeout: timeoutFlag,
  force: forceFlag,
  yes: yesFlag,
}

/** The parsed flags of `vip create`. */
export type CreateFlags = Interfaces.InferredFlags<typeof createFlags>
