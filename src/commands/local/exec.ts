import { BaseCommand } from '../../cli/base-command.js'
import { localControl } from '../../cli/local-control.js'
import { UsageError } from '../../shared/errors.js'

const CALL = 'Call it as: dcos local exec -- curl http://my-service.marathon.l4lb.thisdcos.directory:5555'

export default class LocalExec extends BaseCommand {
  static override enableJsonFlag = false
  static override strict = false
  static override summary = "Run a command that sees the cluster's names."
  static override description =
    'The command takes the place of this one: input, output, signals and exit code are its own.'
  static override usage = 'local exec -- CMD [ARGS…]'
  static override examples = [
    '<%= config.bin %> local exec -- curl http://my-service.marathon.l4lb.thisdcos.directory:5555',
  ]

  async run() {
    const typed = this.argv
    const end = typed.indexOf('--')
    const own = end < 0 ? typed : typed.slice(0, end)
    const { argv } = await this.parse(LocalExec, own).catch((error: unknown) => {
      throw end < 0 ? new UsageError('Put `--` before the command.', [CALL]) : error
    })
    // The parser would take a second `--`, which is the command's, for its own.
    const words = [...(argv as string[]), ...(end < 0 ? [] : typed.slice(end + 1))]
    if (words.length === 0) throw new UsageError('No command is given.', [CALL])
    const { control } = await localControl(this.environment, this.config)
    // The command decides what Ctrl-C means; this program waits for it.
    this.environment.grace = Number.POSITIVE_INFINITY
    const { signal, stdin } = this.environment
    const terminal = Boolean(stdin.isTTY)
    this.endWith(await control.exec(words, { onWarning: (text) => this.note(text), signal, terminal }))
  }
}
