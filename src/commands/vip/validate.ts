import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { readDefinitions } from '../../cli/definition-files.js'
import { EXIT, UserError } from '../../shared/errors.js'

export default class VipValidate extends BaseCommand {
  static override summary = 'Check definitions before they are sent.'
  static override description =
    'Finds what the cluster would refuse, and VIP labels that it would drop in silence. Folders are walked for .json files, - reads stdin. Exit 3 when there is an error.'
  static override examples = [
    '<%= config.bin %> vip validate app.json',
    '<%= config.bin %> vip validate definitions/ --strict',
    '<%= config.bin %> vip validate app.json --json | jq ".files[].findings"',
  ]
  static override aliases = ['marathon:app:validate']
  static override strict = false
  static override args = {
    file: Args.string({ description: 'File or folder, any number of them; - is stdin.', required: true }),
  }
  static override flags = {
    strict: Flags.boolean({ summary: 'Take warnings for errors.', default: false }),
    format: Flags.string({
      summary: 'How findings are written: for people, for GitHub workflows, as SARIF or as JUnit.',
      options: ['text', 'github', 'sarif', 'junit'],
      default: 'text',
    }),
  }

  async run() {
    const { argv, flags } = await this.parse(VipValidate)
    const { validateFiles } = await import('../../operations/validate-files.js')
    const report = await validateFiles(readDefinitions(argv as string[], this.environment), flags)
    if (report.errors > 0) this.endWith(EXIT.invalid)
    if (report.files.length === 0) throw nothingToCheck(argv as string[])
    await this.show(async () => {
      const { findingsAs } = await import('../../views/findings.js')
      const { name, version } = this.config
      return findingsAs(flags.format, report, {
        colour: this.environment.usesColour('stdout'),
        tool: { name, version },
      })
    })
    return report
  }
}

function nothingToCheck(words: string[]): UserError {
  return new UserError('E_NO_DEFINITIONS', `There is no .json file in ${words.join(', ')}.`, {
    next: ['Name the folder that holds the definitions, or a file.'],
  })
}
