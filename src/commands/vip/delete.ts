import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { connect } from '../../cli/connection.js'
import { forceFlag, timeoutFlag, waitFlag, yesFlag } from '../../cli/flags.js'

export default class VipDelete extends BaseCommand {
  static override summary = "Take a VIP's labels off the apps that carry it."
  static override description = 'The apps go on under their new configuration: their tasks are restarted.'
  static override examples = [
    '<%= config.bin %> vip delete my-service:5555',
    '<%= config.bin %> vip delete my-service:5555 --with-app',
  ]
  static override args = {
    address: Args.string({ description: 'Service address of the VIP.', required: true }),
  }
  static override flags = {
    'with-app': Flags.boolean({ summary: 'Remove the apps that carry it, too.' }),
    force: forceFlag,
    wait: waitFlag,
    timeout: timeoutFlag,
    yes: yesFlag,
  }

  async run() {
    const { args, flags } = await this.parse(VipDelete)
    const { environment } = this
    const { marathon, sources, http } = await connect(environment, this.config.version, flags)
    const { deleteVip, findDoomedVip } = await import('../../operations/delete-vip.js')
    const doomed = await findDoomedVip(args.address, { marathon, sources })
    const apps = doomed.apps.map((app) => app.id).join(', ')
    const what = flags['with-app'] ? `removes ${apps}` : `restarts the tasks of ${apps}`
    if (environment.interactive && !flags.yes) {
      const { confirmed } = await import('../../cli/questions.js')
      if (!(await confirmed(`This ${what}. Go on?`, environment)))
        return { address: doomed.address, apps: [] }
    } else this.note(`Deleting ${doomed.address}: this ${what}.`)
    const waiting = {
      timeoutSeconds: flags.timeout,
      clock: environment.clock,
      signal: environment.signal,
      progress: { note: (text: string) => this.note(text) },
    }
    const deleted = await deleteVip(doomed, marathon, {
      withApp: flags['with-app'],
      force: flags.force,
      waiting: flags.wait ? waiting : null,
    })
    http.close()
    await this.show(
      async () => `${deleted.address} is gone${flags['with-app'] ? `, ${apps} with it` : ` from ${apps}`}.`,
    )
    return deleted
  }
}
