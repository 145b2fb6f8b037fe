import { Command, type Config } from '@oclif/core'
import { type Environment, wantsJson } from './environment.js'
import { globalFlags } from './flags.js'
import type { ProgramOptions } from './program.js'

/**
 * What every command shares: the environment, the two streams and their rules, the exit code.
 * A command parses, calls one operation, shows a view and returns the data; under `--json` the returned
 * data is printed instead of the view.
 */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = globalFlags

  /**
   * Runs the command with the configuration that the program has loaded.
   * oclif would load it a second time and lose the environment with it.
   */
  static override async run<T extends Command>(
    this: new (
      argv: string[],
      config: Config,
    ) => T,
    argv?: string[],
    config?: unknown,
  ): Promise<ReturnType<T['run']>> {
    const command: Command = new this(argv ?? [], config as Config)
    // oclif fills a missing argument from stdin; here stdin belongs to definitions and to loops around the program.
    for (const arg of Object.values((command as BaseCommand).ctor.args ?? {})) arg.ignoreStdin = true
    return await (command as BaseCommand)._run<ReturnType<T['run']>>()
  }

  /** What surrounds this run: streams, variables, clock, interruption. */
  get environment(): Environment {
    return (this.config.options as ProgramOptions).environment
  }

  override jsonEnabled(): boolean {
    return this.ctor.enableJsonFlag && wantsJson(this.argv)
  }

  override logJson(json: unknown): void {
    this.print(JSON.stringify(json, null, 2))
  }

  override log(text = ''): void {
    if (!this.jsonEnabled()) this.print(text)
  }

  override logToStderr(text = ''): void {
    this.note(text)
  }

  override warn(input: string | Error): string | Error {
    this.note(`Warning: ${input instanceof Error ? input.message : input}`)
    return input
  }

  /**
   * Shows the result to people; under `--json` the view is not even loaded.
   * @param view renders the text, usually after a late `import()`
   */
  protected async show(view: () => Promise<string | undefined> | Promise<void>): Promise<void> {
    if (this.jsonEnabled()) return
    const text = await view()
    if (text) this.print(text)
  }

  /** Progress, hints and warnings: to stderr, in both modes. */
  protected note(text: string): void {
    this.environment.stderr.write(`${text}\n`)
  }

  /** The program ends with this code though the command has a result, such as a list of findings. */
  protected endWith(exitCode: number): void {
    this.environment.exitCode = exitCode
  }

  /** Errors go up as they are: the program presents them, for people or as JSON, in one place. */
  protected override async catch(error: Error): Promise<void> {
    throw error
  }

  private print(text: string): void {
    this.environment.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  }
}
