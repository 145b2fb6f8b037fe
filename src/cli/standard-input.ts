import { UsageError } from '../shared/errors.js'
import type { Environment } from './environment.js'

/** Definitions are small; more than this is a mistake and is not read into memory. Bytes. */
export const INPUT_LIMIT = 10 * 1024 * 1024

/** All of stdin. Refused when it is a terminal, where nobody would know what is waited for. */
export async function readInput(environment: Environment): Promise<Buffer> {
  const { stdin } = environment
  if (stdin.isTTY)
    throw new UsageError('Nothing is piped in.', ['`-` stands for stdin: pipe something in, or name a file.'])
  const content = await readLimited(stdin)
  if (content === null) throw new UsageError(`More than ${INPUT_LIMIT / 1024 / 1024} MB are piped in.`)
  return content
}

/** All that a stream holds; null when that is more than the limit. */
export async function readLimited(source: AsyncIterable<Uint8Array | string>): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    chunks.push(Buffer.from(bytes))
    size += bytes.length
    if (size > INPUT_LIMIT) return null
  }
  return Buffer.concat(chunks)
}

/** The lines of stdin that are not blank. */
export async function readLines(environment: Environment): Promise<string[]> {
  const text = (await readInput(environment)).toString('utf8')
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
