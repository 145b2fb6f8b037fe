import { Flags } from '@oclif/core'

/** Flags that every command takes, beside `--json` and `--help`. */
export const globalFlags = {
  cluster: Flags.string({
    summary: 'Talk to this cluster instead of the attached one (name or ID).',
    helpGroup: 'GLOBAL',
    helpValue: 'NAME_OR_ID',
  }),
  verbose: Flags.boolean({
    summary: 'Show requests and timings on stderr.',
    helpGroup: 'GLOBAL',
  }),
}

/** How long a command waits, in seconds. */
export const timeoutFlag = Flags.integer({
  summary: 'Give up waiting after this many seconds.',
  helpValue: 'SECONDS',
  min: 1,
  default: 300,
})

/** Whether a command waits until the cluster has done what was asked. */
export const waitFlag = Flags.boolean({
  summary: 'Wait until it is done.',
  allowNo: true,
  default: true,
})

/** The answer to every question. */
export const yesFlag = Flags.boolean({
  char: 'y',
  summary: 'Answer yes to every question.',
})

/** Marathon's own `force`, and the answer to refusals that are only warnings against a surprise. */
export const forceFlag = Flags.boolean({
  summary: 'Go ahead although a deployment of the app still runs, or another app has the VIP.',
})
