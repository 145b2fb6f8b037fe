/**
 * An agent in a process of its own, to be killed or run as another user:
 * `agent-host.ts DIR COMMAND…` launches each shell command as task t0, t1 …, prints `names …` and every
 * update, and takes `name NAME ADDRESS` and `stop` from stdin.
 */
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AgentPart } from '../../src/local/parts/agent/agent.js'
import { systemClock } from '../../src/shared/clock.js'

const [dir = '', ...commands] = process.argv.slice(2)
const agent = new AgentPart({
  dir,
  hostsFile: join(dir, 'hosts'),
  clock: systemClock,
  env: process.env,
  log: (line) => console.log('log', line),
  onUpdate: ({ task, state, message }) => console.log(task, state, message),
})
await agent.start()
console.log('names', JSON.stringify(agent.names))
for (const [n, shell] of commands.entries()) {
  agent.launch({ id: `t${n}`, app: '/app', command: { shell }, env: {}, fetch: [], killGraceSeconds: 0.2 })
}
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, name = '', address = ''] = line.split(' ')
  if (verb === 'name') agent.setNames(new Map([[name, address]]))
  if (verb === 'stop') break
}
await agent.stop()
process.stdin.destroy()
