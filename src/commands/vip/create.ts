import { Args } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { type Connection, connect } from '../../cli/connection.js'
import { createFlags } from '../../cli/create-flags.js'
import { gatherCreateWords } from '../../cli/create-words.js'
import { readDefinition } from '../../cli/definition-files.js'
import type { AppJson } from '../../domain/new-app.js'
import type { CreatedVips, CreateOptions } from '../../operations/create-vip.js'

export default class VipCreate extends BaseCommand {
  static override summary = 'Create a VIP: with a new app, from a definition, or on an app that runs.'
  static override description =
    'A VIP is a stable address, NAME.marathon.l4lb.thisdcos.directory:VIP_PORT, that spreads connections over the healthy tasks of an app. On a terminal, what is missing is asked for.'
  static override examples = [
    '<%= config.bin %> vip create my-service -p 5555:0 --cmd "python3 -m http.server $PORT0" --instances 2',
    '<%= config.bin %> vip create --file app.json',
    '<%= config.bin %> vip create --app /my-service my-service -p 5556:8081',
    '<%= config.bin %> vip create db -p 5432:5432 --image postgres:15 --network dcos --dry-run',
  ]
  static override args = { name: Args.string({ description: 'Name of the VIP, such as my-service.' }) }
  static override flags = createFlags

  async run(): Promise<CreatedVips | object> {
    const { args, flags } = await this.parse(VipCreate)
    if (flags.app !== undefined) return this.onRunningApp(flags.app, args.name, flags)
    const app =
      flags.file === undefined
        ? await this.newApp(args.name, flags)
        : await this.fromFile(flags.file, args.name, flags)
    if (flags['dry-run']) return this.preview(app)
    const { createVips } = await import('../../operations/create-vip.js')
    return this.carryOut(flags, (cluster, options) => createVips(app, cluster, options))
  }

  private async newApp(name: string | undefined, flags: CreateFlags): Promise<AppJson> {
    const words = await gatherCreateWords(name, flags, this.environment)
    const [{ newAppOf }, { newApp }, { validDefinition }] = await Promise.all([
      import('../../operations/create-request.js'),
      import('../../domain/new-app.js'),
      import('../../operations/validate-files.js'),
    ])
    const app = newApp(newAppOf(words))
    validDefinition('The new app', JSON.stringify(app))
    return app
  }

  private async fromFile(file: string, name: string | undefined, flags: CreateFlags): Promise<AppJson> {
    const bytes = await readDefinition(file, this.environment)
    const { definitionFromFile } = await import('../../operations/definition-from-file.js')
    return definitionFromFile(file === '-' ? 'stdin' : file, bytes, {
      name,
      publish: flags.publish,
      ip: flags.ip,
    })
  }

  private async onRunningApp(
    id: string,
    name: string | undefined,
    flags: CreateFlags,
  ): Promise<CreatedVips | object> {
    const [{ publishOf, vipLabelOf }, { addVipsToApp, previewVipsOnApp }] = await Promise.all([
      import('../../operations/create-request.js'),
      import('../../operations/create-vip.js'),
    ])
    const publish = publishOf(flags.publish)
    const label = vipLabelOf(name ?? id, flags.ip)
    const app = `/${id.replace(/^\/+/, '')}`
    if (flags['dry-run']) {
      const { marathon, http } = await connect(this.environment, this.config.version, flags)
      const preview = await previewVipsOnApp(app, label, publish, marathon)
      http.close()
      return this.preview(preview)
    }
    this.note(`Adding the VIP restarts the tasks of ${app}: a label is part of an app's configuration.`)
    return this.carryOut(flags, (cluster, options) => addVipsToApp(app, label, publish, cluster, options))
  }

  private async carryOut(
    flags: CreateFlags,
    work: (cluster: Connection, options: CreateOptions) => Promise<CreatedVips>,
  ): Promise<CreatedVips> {
    const { environment } = this
    const cluster = await connect(environment, this.config.version, flags)
    const progress = { note: (text: string) => this.note(text) }
    const { clock, signal } = environment
    const waiting = flags.wait ? { timeoutSeconds: flags.timeout, clock, signal, progress } : null
    const created = await work(cluster, { force: flags.force, waiting })
    cluster.http.close()
    await this.show(async () => {
      const { createdVips } = await import('../../views/vips.js')
      return createdVips(created, this.environment.usesColour('stdout'))
    })
    return created
  }

  private async preview<T extends object>(definition: T): Promise<T> {
    await this.show(async () => JSON.stringify(definition, null, 2))
    return definition
  }
}

type CreateFlags = Awaited<ReturnType<VipCreate['parse']>>['flags'] &
  import('../../cli/create-words.js').CreateFlagValues
