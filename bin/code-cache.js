// Keeps the code that V8 has compiled from the bundle. Whatever goes wrong here costs time, never a run.
'use strict'
const fs = require('node:fs')
const { isAbsolute, join } = require('node:path')

const OTHERS_MAY_WRITE = 0o022
/** The file of all runs that are not named after their first words: `--version`, `kafka endpoints`. */
const SHARED = 'shared'

/**
 * One file for each command, with no more than this command executes: reading compiled code takes time, too.
 * A file is one line of JSON, `{commands, size, sum}`, and V8's data.
 */
class CodeCache {
  /**
   * The cache for this bundle and this Node.js; none when the user has no folder to keep it in.
   * @param {string} source the bundle, whose first line is a comment with the hash of the rest
   * @param {string[]} argv the words typed, by which the file is guessed
   */
  static open(source, argv) {
    const home = process.env.HOME
    const base = [process.env.XDG_CACHE_HOME, home && join(home, '.cache')].find(
      (path) => path && isAbsolute(path),
    )
    const hash = /^\/\/([0-9a-f]{64})\n/.exec(source.slice(0, 67))?.[1]
    return base && hash ? new CodeCache(join(base, 'dcos-vip'), hash, argv) : undefined
  }

  constructor(folder, hash, argv) {
    const { node, v8 } = process.versions
    this.folder = folder
    this.version = `${hash.slice(0, 32)}-${node}-${v8}-${process.platform}-${process.arch}`
    this.words = commandWords(argv)
    /** The name of the file that was read, and ids of the commands whose functions it contains. */
    this.name = undefined
    this.commands = []
    /** What V8 made of the bundle in an earlier run. */
    this.data = undefined
    for (let count = this.words.length; count >= 0 && !this.data; count--) {
      try {
        this.read(this.words.slice(0, count).join('.') || SHARED)
      } catch {
        // No cache yet, or one that cannot be trusted: V8 compiles the bundle anew.
      }
    }
  }

  read(name) {
    const file = fs.openSync(this.path(name), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
    try {
      const status = fs.fstatSync(file)
      if (!status.isFile() || !isOurs(status) || !isOurs(fs.lstatSync(this.folder))) return
      const content = fs.readFileSync(file)
      const end = content.indexOf(10)
      const { commands, size, sum } = JSON.parse(content.latin1Slice(0, end))
      const data = content.subarray(end + 1)
      // V8 looks at the version and the length of the source, but not at the code: a wrong byte ends the process.
      if (data.length !== size || checksum(data) !== sum) return
      Object.assign(this, { name, commands, data })
    } finally {
      fs.closeSync(file)
    }
  }

  /**
   * Keeps what V8 has compiled so far when this command has no file yet, or its file was of no use.
   * @param {import('node:vm').Script} script the bundle
   * @param {string} command the id of the command that ran, such as `vip:list`
   */
  learn(script, command) {
    const ownName = command.replaceAll(':', '.')
    const name = `${this.words.join('.')}.`.startsWith(`${ownName}.`) ? ownName : SHARED
    const used = this.name === name && !script.cachedDataRejected
    if (used && this.commands.includes(command)) return
    try {
      this.write(name, script.createCachedData(), used ? [...this.commands, command] : [command])
    } catch {
      // A full disk or a folder of someone else: the next run is as slow as this one.
    }
  }

  write(name, data, commands) {
    fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    if (!isOurs(fs.lstatSync(this.folder))) return
    const head = JSON.stringify({ commands, size: data.length, sum: checksum(data) })
    const draft = join(this.folder, `${process.pid}.draft`)
    fs.rmSync(draft, { force: true })
    fs.writeFileSync(draft, Buffer.concat([Buffer.from(`${head}\n`), data]), { mode: 0o600, flag: 'wx' })
    fs.renameSync(draft, this.path(name))
    this.removeOthers()
  }

  /** Caches of other versions, and drafts of runs that were killed. */
  removeOthers() {
    for (const name of fs.readdirSync(this.folder)) {
      const current = name.startsWith(`${this.version}-`)
      if (!current && /\.(code|draft)$/.test(name)) fs.rmSync(join(this.folder, name), { force: true })
    }
  }

  path(name) {
    return join(this.folder, `${this.version}-${name}.code`)
  }
}

/** The words up to the first that cannot be a command's: `vip list --json` → `vip`, `list`. */
function commandWords(argv) {
  const end = argv.findIndex((word) => !/^[a-z][a-z-]{0,30}$/.test(word))
  return argv.slice(0, end < 0 ? 3 : Math.min(end, 3))
}

/** Nobody else can have written there: compiled code is as good as code. */
function isOurs({ uid, mode }) {
  return uid === process.getuid() && (mode & OTHERS_MAY_WRITE) === 0
}

function checksum(data) {
  return require('node:zlib').crc32(data)
}

module.exports = { CodeCache }
