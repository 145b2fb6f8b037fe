import { BaseCommand } from '../../cli/base-command.js'
import { connect } from '../../cli/connection.js'

export default class VipList extends BaseCommand {
  static override summary = 'List every VIP of the cluster.'
  static override description =
    'A VIP appears as soon as an app declares it, and is down until a task carries it.'
  static override examples = [
    '<%= config.bin %> vip list',
    '<%= config.bin %> vip list --json | jq -r ".[].address"',
  ]

  async run() {
    const { flags } = await this.parse(VipList)
    const { sources, http } = await connect(this.environment, this.config.version, flags)
    const { listVips } = await import('../../operations/read-vips.js')
    const reports = await listVips(sources, { note: (text) => this.note(text) })
    http.close()
    await this.show(async () => {
      const { vipTable } = await import('../../views/vips.js')
      return vipTable(reports, this.environment.usesColour('stdout'))
    })
    return reports
  }
}
