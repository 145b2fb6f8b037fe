/**
 * What it takes to give a million names their virtual IPs, as a ratio to computing the SHA-1 of the same
 * names in the same run. Rounds alternate between both; medians are compared. Prints one JSON object,
 * then a line.
 *
 *   node --import tsx bench/allocation.ts [rounds] [names]
 */
import { createHash } from 'node:crypto'
import { AddressPool } from '../src/domain/allocation.js'
import { vipName } from '../src/domain/vip-name.js'

const rounds = Number(process.argv[2] ?? 5)
const count = Number(process.argv[3] ?? 1_000_000)
const labels = Array.from({ length: count }, (_, i) => `/group-${i % 1000}/app-${i}`)
const names = labels.map((label) => vipName(label, 'marathon'))

function allocateAll(): number {
  const pool = new AddressPool()
  const start = performance.now()
  for (const label of labels) pool.allocate(label, 'marathon')
  return performance.now() - start
}

function digestAll(): number {
  const start = performance.now()
  for (const name of names) createHash('sha1').update(name).digest()
  return performance.now() - start
}

function median(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
}

const times = Array.from({ length: rounds }, () => ({ allocation: allocateAll(), sha1: digestAll() }))
const allocationMs = median(times.map(({ allocation }) => allocation))
const sha1Ms = median(times.map(({ sha1 }) => sha1))
const result = {
  names: count,
  rounds,
  allocationMs: Math.round(allocationMs),
  sha1Ms: Math.round(sha1Ms),
  ratio: Number((allocationMs / sha1Ms).toFixed(2)),
}
console.log(JSON.stringify(result))
console.log(
  `${count} names: ${result.allocationMs} ms to allocate, ${result.sha1Ms} ms for their SHA-1, ratio ${result.ratio}`,
)
