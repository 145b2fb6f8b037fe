import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { connect } from '../../cli/connection.js'

export default class VipShow extends BaseCommand {
  static override summary = 'Show one VIP with its backends and where it comes from.'
  static override description =
    'ADDRESS is my-service:5555, the full my-service.marathon.l4lb.thisdcos.directory:5555, or 10.0.0.5:80 for an IP VIP; /udp may follow.'
  static override examples = [
    '<%= config.bin %> vip show my-service:5555',
    '<%= config.bin %> vip show my-service:5555 --json | jq .backends',
  ]
  static override args = {
    address: Args.string({ description: 'Service address of the VIP.', required: true }),
  }

  async run() {
    const { args, flags } = await this.parse(VipShow)
    const { readAddress, showVip } = await import('../../operations/read-vips.js')
    const query = readAddress(args.address)
    const { sources, http } = await connect(this.environment, this.config.version, flags)
    const report = await showVip(args.address, query, sources, { note: (text) => this.note(text) })
    await this.show(async () => {
      const { vipDetails } = await import('../../views/vips.js')
      const places = await sources.places().catch(() => null)
      const place = places?.find(
        ({ address, protocol }) => address === report.address && protocol === report.protocol,
      )
      return vipDetails(report, place?.reason ?? null, this.environment.usesColour('stdout'))
    })
    http.close()
    return report
  }
}
