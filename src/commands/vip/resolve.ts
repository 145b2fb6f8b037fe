import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { connect } from '../../cli/connection.js'
import { readLines } from '../../cli/standard-input.js'
import type { ResolvedName } from '../../operations/resolve-names.js'

export default class VipResolve extends BaseCommand {
  static override summary = 'Tell the virtual IP that a name has, or will be given.'
  static override description =
    'Takes service addresses and labels, any number of them, or one a line from stdin with -. With --offline no cluster is asked: the address is computed as the load balancer of DC/OS does it, and is right as long as no other name has it first.'
  static override examples = [
    '<%= config.bin %> vip resolve /my-service --offline',
    '<%= config.bin %> vip resolve broker.kafka.l4lb.thisdcos.directory:9092',
    'cat names | <%= config.bin %> vip resolve - --offline --json',
  ]
  static override strict = false
  static override args = {
    name: Args.string({ description: 'Service address or label; - reads them from stdin.', required: true }),
  }
  static override flags = {
    offline: Flags.boolean({ summary: 'Compute the address instead of asking the cluster.' }),
    ipv6: Flags.boolean({ summary: 'Ask for the IPv6 address.' }),
    framework: Flags.string({
      summary: 'Framework that a label belongs to.',
      helpValue: 'NAME',
      default: 'marathon',
    }),
  }

  async run() {
    const { argv, flags } = await this.parse(VipResolve)
    const names = argv.includes('-') ? await readLines(this.environment) : (argv as string[])
    const family = flags.ipv6 ? 6 : 4
    const { resolveOffline, resolveInCluster, unresolved } = await import('../../operations/resolve-names.js')
    if (flags.offline) return this.answer(resolveOffline(names, flags.framework, family))
    const { http, sources } = await connect(this.environment, this.config.version, flags)
    const results = await resolveInCluster(names, flags.framework, family, sources)
    http.close()
    const problem = unresolved(results, family)
    if (problem) {
      this.note(`Warning: ${problem.message}`)
      this.endWith(problem.exitCode)
    }
    return this.answer(results)
  }

  private async answer(results: ResolvedName[]) {
    await this.show(async () => (await import('../../views/resolved-names.js')).resolvedNames(results))
    return results
  }
}
