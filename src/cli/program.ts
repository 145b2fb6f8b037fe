import { type Command, Config, Help, type Interfaces, Plugin } from '@oclif/core'
import { normalizeArgv } from '@oclif/core/help'
import { UsageError } from '../shared/errors.js'
import { type BundledProgram, bundledProgram } from './bundled-program.js'
import { type Environment, ownWords, wantsJson } from './environment.js'
import { moveLeadingFlags } from './leading-flags.js'
import { rewriteServiceWords } from './service-words.js'
import { UnknownCommandError } from './unknown-command.js'

type PluginOptions = ConstructorParameters<typeof Plugin>[0]

/** oclif's options, and the environment that every command of this program finds there. */
export type ProgramOptions = Config['options'] & { environment: Environment }

/**
 * Loads the program's commands and topics.
 * @param root the folder of package.json
 */
export async function loadProgram(root: string, environment: Environment): Promise<Config> {
  const plugin = bundledProgram ? new BundledPlugin(root, bundledProgram) : sourcePlugin(root)
  await plugin.load()
  const options: ProgramOptions = { root, environment, plugins: new Map([[plugin.name, plugin]]) }
  const config = new ProgramConfig(options)
  await config.load()
  return config
}

/** oclif's configuration without its themes, which would be looked for on disk at each run. */
class ProgramConfig extends Config {
  override async loadTheme(): Promise<undefined> {
    return undefined
  }
}

/**
 * Runs what the words ask for: a command, or the help of the program, a topic or a command.
 * @returns the id of the command that ran, or `help`
 */
export async function runProgram(config: Config, words: readonly string[]): Promise<string> {
  const argv = rewriteServiceWords(moveLeadingFlags(words), firstWords(config))
  const [id = '', ...rest] = normalizeArgv(config, [...argv])
  const command = config.findCommand(id)
  const topic = !command && config.findTopic(id)
  if (topic && wantsJson(argv) && !asksForHelp(argv))
    throw new UsageError('No command is given.', [`Its commands: dcos ${id.replaceAll(':', ' ')} --help`])
  if (asksForHelp(argv) || topic) {
    await showHelp(config, argv)
    return 'help'
  }
  if (!command) throw new UnknownCommandError(argv, config.commandIDs)
  await config.runCommand(id, rest, command)
  return id
}

function asksForHelp(argv: readonly string[]): boolean {
  return argv.length === 0 || argv[0] === 'help' || ownWords(argv).includes('--help')
}

async function showHelp(config: Config, argv: readonly string[]): Promise<void> {
  const words = argv[0] === 'help' ? argv.slice(1) : argv
  const [subject = ''] = words.length > 0 ? normalizeArgv(config, [...words]) : []
  const known =
    subject === '' || subject.startsWith('-') || config.findCommand(subject) || config.findTopic(subject)
  if (!known) throw new UnknownCommandError(words, config.commandIDs)
  await new Help(config, config.pjson.oclif.helpOptions).showHelp([...words])
}

/** First words that the program knows itself; any other may be the name of a service. */
function firstWords(config: Config): Set<string> {
  return new Set(['help', ...config.commandIDs.map((id) => id.split(':')[0]!)])
}

/** The commands as they lie in their folder; a committed manifest is not trusted, it may be older. */
function sourcePlugin(root: string): Plugin {
  return new Plugin({ root, type: 'core', isRoot: true, ignoreManifest: true, errorOnManifestCreate: true })
}

/** The program as the build has packed it: nothing is searched on disk. */
class BundledPlugin extends Plugin {
  constructor(
    root: string,
    private readonly bundled: BundledProgram,
  ) {
    super({ root, type: 'core', isRoot: true, pjson: bundled.pjson } as PluginOptions)
  }

  override async load(): Promise<void> {
    const { pjson } = this.bundled
    Object.assign(this, { type: 'core', isRoot: true, valid: true, hooks: {}, moduleType: 'commonjs' })
    Object.assign(this, { root: this.options.root, pjson, name: pjson.name, alias: pjson.name })
    this.version = pjson.version
    this.commands = Object.values(this.bundled.manifest().commands).map((cached) => ({
      ...cached,
      load: () => this.findCommand(cached.id, { must: true }),
    }))
  }

  override async findCommand(id: string, _options: { must: true }): Promise<Command.Class> {
    const found = this.bundled.commands[id]
    if (!found) throw new Error(`The bundle has no command ${id} though its manifest names it.`)
    const command = (await found()).default
    command.id = id
    command.plugin = this as Interfaces.Plugin as Command.Class['plugin']
    return command
  }
}
