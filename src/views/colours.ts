import type { ChalkInstance } from 'chalk'

/** The colours that views use. */
export type Paint = Record<'red' | 'green' | 'yellow' | 'cyan' | 'dim', (text: string) => string>

const same = (text: string) => text
const PLAIN: Paint = { red: same, green: same, yellow: same, cyan: same, dim: same }

/** Colours for a stream that takes them, else none; chalk is loaded only where it has something to do. */
export async function colours(enabled: boolean): Promise<Paint | ChalkInstance> {
  if (!enabled) return PLAIN
  const { Chalk } = await import('chalk')
  return new Chalk({ level: 1 })
}
