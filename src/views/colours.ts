import { Chalk, type ChalkInstance } from 'chalk'

/** Colours of a stream: none where it is no terminal (the caller knows). */
export function colours(enabled: boolean): ChalkInstance {
  return new Chalk({ level: enabled ? 1 : 0 })
}
