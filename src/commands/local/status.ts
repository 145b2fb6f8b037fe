import { BaseCommand } from '../../cli/base-command.js'
import { askLocalStatus } from '../../cli/local-connection.js'
import { localControl } from '../../cli/local-control.js'
import { EXIT } from '../../shared/errors.js'

export default class LocalStatus extends BaseCommand {
  static override summary =
    "Show the embedded cluster's parts, addresses and health; exit 1 when it does not run."
  static override examples = [
    '<%= config.bin %> local status',
    '<%= config.bin %> local status --json | jq .url',
  ]

  async run() {
    const { flags } = await this.parse(LocalStatus)
    const { control } = await localControl(this.environment, this.config)
    const running = await control.find()
    if (running === null) {
      this.endWith(EXIT.failed)
      this.note('The embedded cluster is not running. Start it with: dcos local up')
      return { running: false }
    }
    const { reportOf } = await import('../../operations/local-cluster.js')
    const { url } = running
    const { token } = control.identity()
    const answer = await askLocalStatus(this.environment, this.config.version, flags, { url, token })
    const status = { running: true, ...reportOf(running), ...answer }
    await this.show(async () => {
      const { clusterStatus } = await import('../../views/local-cluster.js')
      return clusterStatus(
        status as Parameters<typeof clusterStatus>[0],
        this.environment.usesColour('stdout'),
      )
    })
    return status
  }
}
