import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { readDefinitions } from '../../cli/definition-files.js'
import { EXIT } from '../../shared/errors.js'

export default class VipValidate extends BaseCommand {
  static override summary = 'Check definitions before they are sent.'
  static override description =
    'Finds what the cluster would refuse, and VIP labels that it would drop in silence. Folders are walked for .json files, - reads stdin. Exit 3 when there is an error.'
  static override examples = [
    '<%= config.bin %> vip validate app.json',
    '<%= config.bin %> vip validate definitions/ --strict',
    '<%= config.bin %> vip validate app.json --json | jq ".files[].findings"',
  ]
  static override strict = false
  static override args = {
    file: Args.string({ description: 'File or folder, any number of them; - is stdin.', required: true }),
  }
  static override flags = {
    strict: Flags.boolean({ summary: 'Take warnings for errors.' }),
    format: Flags.string({
      summary: 'How findings are written: for people, or as annotations of GitHub workflows.',
      options: ['text', 'github'],
      default: 'text',
    }),
  }

  async run() {
    const { argv, flags } = await this.parse(VipValidate)
    const { validateFiles } = await import('../../operations/validate-files.js')
    const report = await validateFiles(readDefinitions(argv as string[], this.environment), flags)
    if (report.errors > 0) this.endWith(EXIT.invalid)
    await this.show(async () => {
      const { findingLines, githubAnnotations } = await import('../../views/findings.js')
      return flags.format === 'github'
        ? githubAnnotations(report)
        : findingLines(report, this.environment.usesColour('stdout'))
    })
    return report
  }
}
