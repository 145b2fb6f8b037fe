import type { Command, Interfaces } from '@oclif/core'

/** What the build puts beside the code, so that a run looks nothing up on disk. */
export interface BundledProgram {
  /** The project's package.json, as far as oclif reads it. */
  pjson: Interfaces.PJSON
  /** What help and dispatch need to know of each command. */
  manifest(): Interfaces.Manifest
  /** Every command by its id (`vip:list`), each loaded when it is called. */
  commands: Record<string, () => Promise<{ default: Command.Class }>>
}

/** The build replaces this module; run from source, oclif finds the commands in their folder itself. */
export const bundledProgram: BundledProgram | undefined = undefined
