import { type Rule, refused } from './rule.js'

const MESSAGE = "AppDefinition must either contain one of 'cmd' or 'args', and/or a 'container'."

/** Something must run: a command, or arguments, or an image, and not both of the first two. */
export const commandRequired: Rule = {
  id: 'command-required',
  severity: 'error',
  phase: 'current',
  check: ({ cmd, args, container }) => {
    const hasArgs = (args ?? []).length > 0
    if (cmd !== undefined && hasArgs)
      return [
        refused('/args', MESSAGE, {
          serverPath: '/',
          message: '"cmd" and "args" cannot stand together',
          fix: 'keep one of the two',
        }),
      ]
    const hasImage = container !== undefined && (container.docker !== undefined || container.type !== 'MESOS')
    if (cmd !== undefined || hasArgs || hasImage) return []
    return [
      refused('/', MESSAGE, {
        message: 'nothing to run: no "cmd", "args" or image',
        fix: 'add "cmd" or a container with an image',
      }),
    ]
  },
}

/** Marathon refuses commands of one character, with words that mean the empty one. */
export const commandTooShort: Rule = {
  id: 'command-too-short',
  severity: 'error',
  phase: 'current',
  check: ({ cmd }) =>
    cmd?.length === 1
      ? [
          refused('/cmd', 'must not be an empty string', {
            serverPath: '/',
            message: 'Marathon refuses a command of one character',
            fix: 'give the full path of the program',
          }),
        ]
      : [],
}
