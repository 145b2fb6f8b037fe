import type { Frontend } from '../../../domain/vip.js'
import { type BindAddress, bindCandidates, bindProblem, bindReason } from './bind-address.js'
import type { Reachable } from './engine.js'

/**
 * The place a frontend listens at: tries the candidates in order and remembers the one that worked, so
 * that a frontend that closes and opens again stays where clients know it.
 */
export class ListenerPlace {
  private last: Reachable | null = null
  /** Why the last attempt found no place at all. */
  problem: string | null = null

  constructor(private readonly frontend: Pick<Frontend, 'ip' | 'port'>) {}

  /** Listens with `listen`, which resolves with the socket and its real port or rejects with a system error. */
  async take<Socket>(
    listen: (at: BindAddress) => Promise<{ socket: Socket; port: number }>,
  ): Promise<{ socket: Socket; reachable: Reachable } | null> {
    this.problem = null
    if (this.last !== null) {
      const { socket } = await listen(this.last).catch(() => ({ socket: null }))
      if (socket !== null) return { socket, reachable: this.last }
    }
    let refusal: string | null = null
    for (const candidate of bindCandidates(this.frontend)) {
      try {
        const { socket, port } = await listen(candidate)
        const bound = { address: candidate.address, port }
        this.last = { ...bound, reason: bindReason(this.frontend, bound, refusal) }
        return { socket, reachable: this.last }
      } catch (error) {
        refusal ??= (error as NodeJS.ErrnoException).code ?? 'unknown error'
      }
    }
    this.problem = bindProblem(this.frontend, refusal)
    return null
  }
}
