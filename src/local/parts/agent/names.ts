import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { NamesState } from './contract.js'
import { systemTool } from './find-program.js'

/** A command to wrap so that it sees the cluster's hosts file. */
export interface NamedCommand {
  argv: string[]
  hostsFile: string
  names: NamesState
  /** The environment it will be spawned with; needed only to save variables that a shell would drop. */
  env?: Record<string, string>
}

const PROBE_TIME_OUT = 3000
/** Mounts the file over /etc/hosts and becomes the command: no process in between, same pid. */
const MOUNT_AND_BECOME =
  '"$1" --bind "$0" /etc/hosts || echo "The names of the cluster cannot be seen here." >&2; shift; exec "$@"'

/**
 * The argv that runs a command with the cluster's names: in a mount namespace of its own, where `hostsFile`
 * is bound over /etc/hosts. The process that is spawned becomes the command itself (same pid, group and
 * user); an ordinary user's command keeps no capability. Where names do not work, the command as it is.
 */
export function commandWithNames({ argv, hostsFile, names, env = {} }: NamedCommand): string[] {
  const tools = names.works ? namespaceTools() : null
  if (!tools || 'missing' in tools) return argv
  const { unshare, sh, mount, setpriv } = tools
  const enter = setpriv
    ? [unshare, '--map-current-user', '--keep-caps', '--mount', '--propagation', 'private']
    : [unshare, '--mount', '--propagation', 'private']
  const dropCapabilities = setpriv ? [setpriv, '--ambient-caps=-all', '--inh-caps=-all', '--'] : []
  return [
    ...enter,
    '--',
    sh,
    '-c',
    MOUNT_AND_BECOME,
    hostsFile,
    mount,
    ...dropCapabilities,
    ...keep(env),
    ...argv,
  ]
}

/** Some shells pass on only variables they could name; Marathon makes others, such as `PORT_HTTP-API`. */
function keep(env: Record<string, string>): string[] {
  const dropped = Object.entries(env).filter(([name]) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
  const tool = dropped.length > 0 ? systemTool('env') : null
  return tool ? [tool, ...dropped.map(([name, value]) => `${name}=${value}`)] : []
}

interface NamespaceTools {
  unshare: string
  sh: string
  mount: string
  /** Null for root, who needs no user namespace and so has no capabilities to give back. */
  setpriv: string | null
}

/** An ordinary user gets the right to mount from a user namespace, and gives it back with setpriv. */
function namespaceTools(): NamespaceTools | { missing: string[] } {
  const root = process.getuid?.() === 0
  const [unshare, sh, mount] = [systemTool('unshare'), systemTool('sh'), systemTool('mount')]
  const setpriv = root ? null : systemTool('setpriv')
  if (unshare && sh && mount && (root || setpriv)) return { unshare, sh, mount, setpriv }
  const needed = { unshare, sh, mount, ...(root ? {} : { setpriv }) }
  return { missing: Object.entries(needed).flatMap(([name, file]) => (file ? [] : [name])) }
}

/** Tries once, for real, whether a command can see `hostsFile` as /etc/hosts here; says why not. */
export async function probeNames(hostsFile: string): Promise<NamesState> {
  if (process.platform !== 'linux') {
    return refused('only Linux can give a command a hosts file of its own')
  }
  const tools = namespaceTools()
  if ('missing' in tools) return refused(`this machine has no ${tools.missing.join(', no ')}`)
  const cat = systemTool('cat') ?? 'cat'
  const argv = commandWithNames({
    argv: [cat, '/etc/hosts'],
    hostsFile,
    names: { works: true, reason: null },
  })
  const [expected, seen] = await Promise.all([readFile(hostsFile, 'utf8'), run(argv)])
  if (seen.stdout === expected) return { works: true, reason: null }
  return refused(`this machine allows no private mounts: ${seen.problem}`)
}

function refused(why: string): NamesState {
  return { works: false, reason: `Tasks cannot see the cluster's names, because ${why}.` }
}

function run([file = '', ...args]: string[]): Promise<{ stdout: string; problem: string }> {
  return new Promise((resolve) => {
    execFile(
      file,
      args,
      { timeout: PROBE_TIME_OUT, killSignal: 'SIGKILL', env: {} },
      (error, stdout, stderr) => {
        const lastWords =
          stderr.trim().split('\n')[0] || (error?.killed ? 'no answer in time' : error?.message)
        resolve({ stdout, problem: (lastWords ?? 'the mount had no effect').replace(/\.$/, '') })
      },
    )
  })
}
