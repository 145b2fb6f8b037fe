import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { connect } from '../../cli/connection.js'
import { forceFlag, timeoutFlag, waitFlag, yesFlag } from '../../cli/flags.js'
import { waitingFor } from '../../cli/waiting.js'
import { EXIT } from '../../shared/errors.js'

export default class VipDelete extends BaseCommand {
  static override summary = "Take a VIP's labels off the apps that carry it."
  static override description =
    'The apps go on under their new configuration: their tasks are restarted. On a terminal it asks first.'
  static override examples = [
    '<%= config.bin %> vip delete my-service:5555',
    '<%= config.bin %> vip delete my-service:5555 --with-app --yes',
  ]
  static override args = {
    address: Args.string({ description: 'Service address of the VIP.', required: true }),
  }
  static override flags = {
    'with-app': Flags.boolean({ summary: 'Remove the apps that carry it, too.', default: false }),
    force: forceFlag,
    wait: waitFlag,
    timeout: timeoutFlag,
    yes: yesFlag,
  }

  async run() {
    const { args, flags } = await this.parse(VipDelete)
    const [{ deleteVip, findDoomedVip }, { readAddress }, { deletedVip, deletionText }] = await Promise.all([
      import('../../operations/delete-vip.js'),
      import('../../operations/read-vips.js'),
      import('../../views/deletion.js'),
    ])
    const query = readAddress(args.address)
    const { marathon, sources, http } = await connect(this.environment, this.config.version, flags)
    const withApp = flags['with-app']
    const doomed = await findDoomedVip(args.address, query, { marathon, sources }, { withApp })
    this.note(deletionText(doomed, withApp))
    if (!(await this.agreed(flags.yes))) {
      this.endWith(EXIT.failed)
      this.note('Nothing was changed.')
      return
    }
    const deleted = await deleteVip(doomed, marathon, {
      withApp,
      force: flags.force,
      waiting: flags.wait ? waitingFor(this.environment, flags.timeout) : null,
    })
    http.close()
    await this.show(async () => deletedVip(deleted, doomed))
    return deleted
  }

  private async agreed(yes: boolean): Promise<boolean> {
    if (yes || !this.environment.interactive) return true
    const { confirmed } = await import('../../cli/questions.js')
    return confirmed('Go on?', this.environment)
  }
}
