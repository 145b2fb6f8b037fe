import { MARATHON_FRAMEWORK, mangle, vipHostname } from './vip-name.js'

/** Zone of task names. */
export const TASK_ZONE = 'dcos.thisdcos.directory'

/** A named VIP's service address, `<name>.<framework>.l4lb.thisdcos.directory:<port>`. */
export function vipAddress(label: string, framework: string, port: number): string {
  return `${vipHostname(label, framework)}:${port}`
}

/** Marathon's task and discovery name: the id's segments reversed and joined by dots, `/shop/api` → `api.shop`. */
export function taskName(appId: string): string {
  return appId.split('/').filter(Boolean).reverse().join('.')
}

/** Kinds of task names, differing in the address they answer with. */
export type TaskNameKind = 'autoip' | 'agentip' | 'containerip'

/** A task's name in DNS: mangled as a whole, so dots become dashes: `api-shop.marathon.autoip.dcos.thisdcos.directory`. */
export function taskHostname(
  kind: TaskNameKind,
  task: string,
  framework: string = MARATHON_FRAMEWORK,
): string {
  return `${mangle(task)}.${mangle(framework)}.${kind}.${TASK_ZONE}`
}

/** The `autoip` name of a Marathon app's tasks. */
export function autoipName(appId: string, framework: string = MARATHON_FRAMEWORK): string {
  return taskHostname('autoip', taskName(appId), framework)
}
