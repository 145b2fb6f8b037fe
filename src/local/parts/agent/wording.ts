/** strsignal(3) of glibc, which is what Mesos puts into a task's last words. */
const SIGNAL_TEXTS: Partial<Record<NodeJS.Signals, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace/breakpoint trap',
  SIGABRT: 'Aborted',
  SIGBUS: 'Bus error',
  SIGFPE: 'Floating point exception',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGSEGV: 'Segmentation fault',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
  SIGSTKFLT: 'Stack fault',
  SIGXCPU: 'CPU time limit exceeded',
  SIGXFSZ: 'File size limit exceeded',
  SIGVTALRM: 'Virtual timer expired',
  SIGPROF: 'Profiling timer expired',
  SIGPWR: 'Power failure',
  SIGSYS: 'Bad system call',
}

/** How a command ended, in the words of Mesos' command executor. */
export function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Command terminated with signal ${SIGNAL_TEXTS[signal] ?? signal}`
  return `Command exited with status ${code ?? 0}`
}

const ERRNO_TEXTS: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  E2BIG: 'arguments and environment are too long',
  EAGAIN: 'too many processes',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  ENOMEM: 'not enough memory',
  ENOSPC: 'no space left on the disk',
  ENAMETOOLONG: 'name too long',
}

/** Why a command could not be started. */
export function launchErrorText(program: string, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code && ERRNO_TEXTS[code] ? `${ERRNO_TEXTS[code]} (${code})` : message
  return `Failed to launch '${program}': ${reason}`
}
