import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { localControl } from '../../cli/local-control.js'

export default class LocalDown extends BaseCommand {
  static override summary = 'Stop the embedded cluster and its tasks; its apps come back with the next start.'
  static override examples = ['<%= config.bin %> local down', '<%= config.bin %> local down --delete']
  static override flags = {
    delete: Flags.boolean({ summary: 'Forget its apps and everything else it kept, too.', default: false }),
  }

  async run() {
    const { flags } = await this.parse(LocalDown)
    const { control, book } = await localControl(this.environment, this.config)
    const stopped = await control.stop()
    if (flags.delete) {
      const clusterId = control.knownIdentity()?.clusterId
      if (clusterId !== undefined) await book.remove(clusterId)
      control.removeState()
    }
    await this.show(async () => {
      const what = stopped ? 'The embedded cluster is stopped' : 'The embedded cluster was not running'
      return flags.delete ? `${what}, and its state is removed.` : `${what}.`
    })
    return { stopped, deleted: flags.delete }
  }
}
