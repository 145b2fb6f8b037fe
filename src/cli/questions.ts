import type { Environment } from './environment.js'

/** Asks for a yes or a no; `byDefault` when nothing is typed. */
export async function confirmed(
  question: string,
  environment: Environment,
  byDefault = true,
): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts')
  return confirm({ message: question, default: byDefault }, promptContext(environment))
}

/** Prompts talk on stderr, so that stdout keeps the result alone, and end with the program. */
export function promptContext(environment: Environment) {
  return { input: environment.stdin, output: environment.stderr, signal: environment.signal }
}
