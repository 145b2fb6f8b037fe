const BOOLEAN_FLAGS = new Set(['--json', '--verbose'])
const VALUE_FLAGS = new Set(['--cluster'])

/**
 * Lets global flags stand before the command, as in `dcos --cluster prod vip list`: oclif wants the command
 * first, so they move behind the other words (but before `--`).
 */
export function moveLeadingFlags(argv: readonly string[]): string[] {
  let count = 0
  while (count < argv.length) {
    const width = widthOfGlobalFlag(argv[count]!)
    if (width === 0) break
    count += width
  }
  const words = argv.slice(count)
  if (words.length === 0) return [...argv]
  const end = words.indexOf('--')
  const place = end < 0 ? words.length : end
  return [...words.slice(0, place), ...argv.slice(0, count), ...words.slice(place)]
}

/** How many words this global flag takes, its value included; 0 when it is none. */
export function widthOfGlobalFlag(word: string): 0 | 1 | 2 {
  if (BOOLEAN_FLAGS.has(word)) return 1
  if (VALUE_FLAGS.has(word)) return 2
  return VALUE_FLAGS.has(word.split('=')[0]!) ? 1 : 0
}
