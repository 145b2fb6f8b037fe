import { BaseCommand } from '../../cli/base-command.js'
import { localControl } from '../../cli/local-control.js'
import { UsageError } from '../../shared/errors.js'

/** The longest time a timer can be set to. */
const NEVER_MS = 2 ** 31 - 1

const CALL = 'Call it as: dcos local exec -- curl http://my-service.marathon.l4lb.thisdcos.directory:5555'

export default class LocalExec extends BaseCommand {
  static override enableJsonFlag = false
  static override strict = false
  static override summary = "Run a command that sees the cluster's names."
  static override description =
    'The command becomes this process: its output, its input and its exit code are its own.'
  static override usage = 'local exec -- CMD [ARGS…]'
  static override examples = [
    '<%= config.bin %> local exec -- curl http://my-service.marathon.l4lb.thisdcos.directory:5555',
  ]

  async run() {
    const { argv } = await this.parse(LocalExec).catch((error: unknown) => {
      throw this.argv.includes('--') ? error : new UsageError('Put `--` before the command.', [CALL])
    })
    const words = argv as string[]
    if (words.length === 0) throw new UsageError('No command is given.', [CALL])
    const { control } = await localControl(this.environment, this.config)
    // The command hears Ctrl-C itself and decides what it means; this program waits for it.
    this.environment.grace = NEVER_MS
    this.endWith(await control.exec(words, (text) => this.note(text)))
  }
}
