/**
 * The candidate that differs from `typed` in the fewest letters; none when every candidate differs in more
 * than a third of its letters. Two letters changing places count as one difference.
 */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const differences = countDifferences(typed, candidate)
    if (differences < least && differences <= Math.max(1, candidate.length / 3)) {
      least = differences
      best = candidate
    }
  }
  return best
}

/** Optimal string alignment distance: letters inserted, deleted, replaced or swapped with a neighbour. */
function countDifferences(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped && row > 1 && column > 1) cost = Math.min(cost, beforeLast[column - 2]! + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return last[to.length]!
}
