import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { connect } from '../../cli/connection.js'
import { createFlags } from '../../cli/create-flags.js'
import { gatherCreateOrder } from '../../cli/create-order.js'
import { waitingFor } from '../../cli/waiting.js'

export default class VipCreate extends BaseCommand {
  static override summary = 'Create a VIP: with a new app, from a definition, or on an app that runs.'
  static override description =
    'A VIP is a stable address, NAME.marathon.l4lb.thisdcos.directory:VIP_PORT, that spreads connections over the healthy tasks of an app. On a terminal, what is missing is asked for.'
  static override usage = [
    'vip create NAME -p PORTS… (--cmd CMD | --image IMAGE) [FLAGS]',
    'vip create --file APP.json [NAME -p PORTS…] [FLAGS]',
    'vip create --app /ID NAME -p PORTS… [FLAGS]',
  ]
  static override examples = [
    "<%= config.bin %> vip create my-service -p 5555:0 --cmd 'exec python3 -m http.server $PORT0' --instances 2",
    '<%= config.bin %> vip create --file app.json',
    '<%= config.bin %> vip create --app /my-service my-service -p 5556:8081',
    '<%= config.bin %> vip create db -p 5432:5432 --image postgres:15 --network dcos --dry-run',
  ]
  static override args = { name: Args.string({ description: 'Name of the VIP, such as my-service.' }) }
  static override flags = createFlags

  async run() {
    const { args, flags } = await this.parse(VipCreate)
    const order = await gatherCreateOrder(args.name, flags, this.environment)
    const cluster = () => connect(this.environment, this.config.version, flags)
    const { carryOut, previewOf } = await import('../../operations/create-order.js')
    if (flags['dry-run']) {
      const definition = await previewOf(order, async () => (await cluster()).marathon)
      await this.show(async () => JSON.stringify(definition, null, 2))
      return definition
    }
    const waiting = flags.wait ? waitingFor(this.environment, flags.timeout) : null
    const ports = await cluster()
    const created = await carryOut(
      order,
      ports,
      { force: flags.force, waiting },
      { note: (text) => this.note(text) },
    )
    ports.http.close()
    await this.show(async () => {
      const { createdVips } = await import('../../views/vips.js')
      return createdVips(created, this.environment.usesColour('stdout'))
    })
    return created
  }
}
