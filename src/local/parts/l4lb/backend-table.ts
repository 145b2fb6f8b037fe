import type { Frontend } from '../../../domain/vip.js'
import type { FrontendStats } from './engine.js'

/** One destination and what the scheduler has to know about it. */
export interface BackendSlot {
  readonly ip: string
  readonly port: number
  weight: 0 | 1
  /** Connections that are open or being opened. */
  active: number
  /** Turn in which it was chosen last; 0 when never. */
  lastChosen: number
  /** False once the backend left the table and only old connections keep the slot. */
  listed: boolean
}

/**
 * The backends of one frontend. Chooses as `wlc` of IPVS does with weights 0 and 1: the fewest active
 * connections win, nothing sticks to a client. Ties go to the backend that waited longest, so that
 * requests one after the other go round.
 */
export class BackendTable {
  private readonly slots = new Map<string, BackendSlot>()
  private turn = 0

  /** Takes over a new list. Connections are never touched: a removed backend keeps its slot until they end. */
  update(backends: Frontend['backends']): void {
    for (const slot of this.slots.values()) {
      slot.listed = false
      slot.weight = 0
    }
    for (const { ip, port, weight } of backends) {
      const key = slotKey(ip, port)
      const slot = this.slots.get(key) ?? { ip, port, weight, active: 0, lastChosen: 0, listed: true }
      slot.listed = true
      if (weight === 1) slot.weight = 1
      this.slots.set(key, slot)
    }
    for (const slot of this.slots.values()) this.dropIfDone(slot)
  }

  /** Whether any backend takes new connections. */
  get accepting(): boolean {
    for (const slot of this.slots.values()) if (slot.weight === 1) return true
    return false
  }

  /** Chooses and counts a backend, or null when all of weight 1 were tried. Give it back with `release`. */
  choose(tried?: ReadonlySet<BackendSlot>): BackendSlot | null {
    let best: BackendSlot | null = null
    for (const slot of this.slots.values()) {
      if (slot.weight === 0 || tried?.has(slot)) continue
      if (best === null || slot.active < best.active) best = slot
      else if (slot.active === best.active && slot.lastChosen < best.lastChosen) best = slot
    }
    if (best !== null) {
      best.active++
      best.lastChosen = ++this.turn
    }
    return best
  }

  release(slot: BackendSlot): void {
    slot.active--
    this.dropIfDone(slot)
  }

  stats(): FrontendStats {
    const backends = [...this.slots.values()].map(({ ip, port, weight, active }) => ({
      ip,
      port,
      weight,
      active,
    }))
    return { active: backends.reduce((sum, backend) => sum + backend.active, 0), backends }
  }

  private dropIfDone(slot: BackendSlot): void {
    if (!slot.listed && slot.active === 0) this.slots.delete(slotKey(slot.ip, slot.port))
  }
}

function slotKey(ip: string, port: number): string {
  return `${ip} ${port}`
}
