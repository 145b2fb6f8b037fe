import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { localControl } from '../../cli/local-control.js'

export default class LocalLogs extends BaseCommand {
  static override enableJsonFlag = false
  static override summary = "Show the cluster's log, or a task's stdout and stderr."
  static override description =
    'TASK is a task id, the beginning of one, or an app id, which means its newest task. stdout goes to stdout and stderr to stderr.'
  static override examples = ['<%= config.bin %> local logs', '<%= config.bin %> local logs /my-service -f']
  static override args = { task: Args.string({ description: 'Task id or app id.' }) }
  static override flags = { follow: Flags.boolean({ char: 'f', summary: 'Go on as more is written.' }) }

  async run() {
    const { args, flags } = await this.parse(LocalLogs)
    const { control } = await localControl(this.environment, this.config)
    const { stdout, stderr, signal } = this.environment
    const { copyFile, followFiles } = await import('../../local/kit/tail.js')
    const files =
      args.task === undefined
        ? [{ path: control.logFile, out: stdout }]
        : control
            .taskLogs(args.task)
            .map(({ path, stream }) => ({ path, out: stream === 'stdout' ? stdout : stderr }))
    if (flags.follow) return followFiles(files, signal)
    for (const { path, out } of files) await copyFile(path, out)
  }
}
