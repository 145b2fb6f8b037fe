import { bundledProgram } from './bundled-program.js'
import { type Environment, processEnvironment } from './environment.js'
import { InterruptionWatch } from './interruption.js'

/** How a run ended. */
export interface Outcome {
  /** The process's exit code. */
  exitCode: number
  /** What ran: the id of a command, `help` or `version`; none when it failed before. */
  ran: string | undefined
}

/**
 * The program: runs the words typed and tells how it ended. The caller ends the process.
 * @param argv the words after the program's name
 * @param root the folder of the program's package.json
 */
export async function main(argv: readonly string[], { root }: { root: string }): Promise<Outcome> {
  const watch = new InterruptionWatch(process)
  const environment = processEnvironment(argv, watch.signal)
  try {
    if (argv[0] === '--version' && bundledProgram) {
      environment.stdout.write(`${versionLine(bundledProgram.pjson)}\n`)
      return { exitCode: 0, ran: 'version' }
    }
    const ran = await watch.run(runWords(root, environment), () => environment.grace)
    await watch.written()
    const cut = environment.grace === Number.POSITIVE_INFINITY ? undefined : watch.interruption
    return { exitCode: cut?.exitCode ?? environment.exitCode, ran }
  } catch (error) {
    if (watch.interruption) return { exitCode: watch.interruption.exitCode, ran: undefined }
    return { exitCode: await showError(error, environment), ran: undefined }
  } finally {
    watch.stop()
  }
}

async function runWords(root: string, environment: Environment): Promise<string> {
  const { loadProgram, runProgram } = await import('./program.js')
  const config = await loadProgram(root, environment)
  if (environment.argv[0] === '--version') {
    environment.stdout.write(`${versionLine(config.pjson)}\n`)
    return 'version'
  }
  return await runProgram(config, environment.argv)
}

async function showError(error: unknown, environment: Environment): Promise<number> {
  const { presentError } = await import('./present-error.js')
  const { json, env } = environment
  const shown = presentError(error, {
    json,
    colour: environment.usesColour('stderr'),
    debug: Boolean(env.DEBUG),
  })
  if (shown.stdout) environment.stdout.write(shown.stdout)
  if (shown.stderr) environment.stderr.write(shown.stderr)
  return shown.exitCode
}

function versionLine({ name, version }: { name: string; version: string }): string {
  return `${name}/${version} ${process.platform}-${process.arch} node-${process.version}`
}
