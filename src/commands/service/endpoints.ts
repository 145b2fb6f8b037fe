import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { connect } from '../../cli/connection.js'

export default class ServiceEndpoints extends BaseCommand {
  static override summary = "List a service's endpoints, or print one."
  static override description =
    'Works for SDK services, for Kafka before the SDK, and for plain Marathon apps, whose named ports are their endpoints. For any service, `dcos SERVICE endpoints [ENDPOINT]` is the same.'
  static override examples = [
    '<%= config.bin %> service endpoints --name kafka',
    '<%= config.bin %> kafka endpoints broker',
    '<%= config.bin %> kafka endpoints broker | jq -r .vip',
  ]
  static override args = {
    endpoint: Args.string({ description: 'Endpoint to print; without it, their names.' }),
  }
  static override flags = {
    name: Flags.string({
      summary: 'Name of the service; may be left out where only one service offers the endpoint.',
      helpValue: 'SERVICE',
    }),
    module: Flags.string({ summary: 'First word of the call, for messages.', hidden: true }),
  }

  async run() {
    const { args, flags } = await this.parse(ServiceEndpoints)
    const { http, services, target } = await connect(this.environment, this.config.version, flags)
    const [{ listEndpoints }, { serviceNameOf }] = await Promise.all([
      import('../../operations/read-endpoints.js'),
      import('../../domain/endpoints.js'),
    ])
    const typed = flags.module !== undefined && flags.name === flags.module
    const service = typed ? serviceNameOf(flags.module!, (key) => target.config(key)) : flags.name
    const answer = await listEndpoints(services, { service, endpoint: args.endpoint })
    http.close()
    await this.show(async () =>
      answer.kind === 'names' ? JSON.stringify(answer.names, null, 2) : answer.text,
    )
    if (answer.kind === 'names') return answer.names
    return answer.kind === 'blob' ? answer.value : { text: answer.text }
  }
}
