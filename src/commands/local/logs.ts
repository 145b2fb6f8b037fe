import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { localControl } from '../../cli/local-control.js'
import { writeLogs } from '../../cli/local-logs.js'

export default class LocalLogs extends BaseCommand {
  static override enableJsonFlag = false
  static override summary = "Show the cluster's log, or a task's stdout and stderr."
  static override description =
    'TASK is a task id, the beginning of one, or an app id, which means its newest task. stdout goes to stdout and stderr to stderr.'
  static override examples = ['<%= config.bin %> local logs', '<%= config.bin %> local logs /my-service -f']
  static override args = { task: Args.string({ description: 'Task id or app id.' }) }
  static override flags = {
    follow: Flags.boolean({ char: 'f', summary: 'Go on as more is written.', default: false }),
  }

  async run() {
    const { args, flags } = await this.parse(LocalLogs)
    const { control } = await localControl(this.environment, this.config)
    await writeLogs(control, args.task, flags.follow, this.environment)
  }
}
