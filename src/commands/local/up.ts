import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { localControl } from '../../cli/local-control.js'
import { EXIT, UsageError, UserError } from '../../shared/errors.js'

export default class LocalUp extends BaseCommand {
  static override summary = 'Start the embedded cluster, or find it running, and attach to it.'
  static override description =
    'One background process that answers as DC/OS does: Marathon, tasks, VIPs, DNS. It listens on 127.0.0.1 only and asks for a token, which this program knows.'
  static override examples = [
    '<%= config.bin %> local up',
    '<%= config.bin %> local up --port 0 --dns-port 0 --json',
  ]
  static override flags = {
    foreground: Flags.boolean({ summary: 'Stay, and show the log; Ctrl-C stops the cluster.' }),
    engine: Flags.string({
      summary: 'What forwards the traffic of VIPs.',
      options: ['auto', 'userspace', 'kernel'],
      default: 'auto',
    }),
    port: Flags.integer({ summary: 'Port of the API; 0 = any free one.', min: 0, max: 65535, default: 7780 }),
    'dns-port': Flags.integer({
      summary: 'Port of DNS; 0 = any free one.',
      min: 0,
      max: 65535,
      default: 7753,
    }),
  }

  async run() {
    const { flags, metadata } = await this.parse(LocalUp)
    if (flags.engine === 'kernel')
      throw new UserError('E_NO_KERNEL_ENGINE', 'This version has no kernel engine.', {
        next: ['Leave --engine out: the userspace engine needs no privileges.'],
        exitCode: EXIT.usage,
      })
    const { control, book } = await localControl(this.environment, this.config)
    const { attachTo, bringUp } = await import('../../operations/local-cluster.js')
    const order = { port: flags.port, dnsPort: flags['dns-port'] }
    if (flags.foreground && this.jsonEnabled())
      throw new UsageError('--foreground shows the log, which is no JSON.', [
        'Leave one of the two flags out.',
      ])
    if (flags.foreground) {
      this.environment.grace = 120_000
      const code = await control.runAttached(order, this.environment.signal, (running) =>
        attachTo(running, control, book),
      )
      this.endWith(code)
      return {}
    }
    const { running, started } = await bringUp(control, book, order)
    const other = (name: 'port' | 'dns-port', address: string) =>
      !metadata.flags[name]?.setFromDefault && flags[name] !== 0 && !address.endsWith(`:${flags[name]}`)
    if (!started && (other('port', running.url) || other('dns-port', running.dns)))
      this.note('It keeps the ports it has; other ones take a new start: dcos local down, dcos local up.')
    await this.show(async () => {
      const { clusterUp } = await import('../../views/local-cluster.js')
      return clusterUp(running, started)
    })
    return running
  }
}
