// Keeps the code that V8 has compiled from the bundle. Whatever goes wrong here costs time, never a run.
'use strict'
const fs = require('node:fs')
const { isAbsolute, join } = require('node:path')

const OTHERS_MAY_WRITE = 0o022
const SUFFIX = '.code'

class CodeCache {
  /**
   * The cache for this bundle and this Node.js; none when the user has no folder to keep it in.
   * @param {string} source the bundle, whose first line is a comment with the hash of the rest
   */
  static open(source) {
    const home = process.env.HOME
    const base = [process.env.XDG_CACHE_HOME, home && join(home, '.cache')].find(
      (path) => path && isAbsolute(path),
    )
    const hash = /^\/\/([0-9a-f]{64})\n/.exec(source.slice(0, 67))?.[1]
    return base && hash ? new CodeCache(join(base, 'dcos-vip'), hash) : undefined
  }

  constructor(folder, hash) {
    const { node, v8 } = process.versions
    this.folder = folder
    this.name = `${hash.slice(0, 32)}-${node}-${v8}-${process.platform}-${process.arch}${SUFFIX}`
    /** Ids of the commands whose functions the cache contains. */
    this.commands = []
    /** What V8 made of the bundle in an earlier run. */
    this.data = undefined
    try {
      this.read()
    } catch {
      // No cache yet, or one that cannot be trusted: V8 compiles the bundle anew.
    }
  }

  /** The file is one line of JSON, `{commands, size, sum}`, and V8's data. */
  read() {
    if (!isOurs(fs.lstatSync(this.folder))) return
    const file = fs.openSync(join(this.folder, this.name), fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
    try {
      const status = fs.fstatSync(file)
      if (!status.isFile() || !isOurs(status)) return
      const content = fs.readFileSync(file)
      const end = content.indexOf(10)
      const { commands, size, sum } = JSON.parse(content.latin1Slice(0, end))
      const data = content.subarray(end + 1)
      // V8 itself no longer checks the content since version 12.
      if (data.length !== size || checksum(data) !== sum) return
      this.commands = commands
      this.data = data
    } finally {
      fs.closeSync(file)
    }
  }

  /**
   * Keeps what V8 has compiled so far when this command is new to the cache, or the cache was of no use.
   * @param {import('node:vm').Script} script the bundle
   * @param {string} command the id of the command that ran
   */
  learn(script, command) {
    const used = this.data !== undefined && !script.cachedDataRejected
    if (used && this.commands.includes(command)) return
    try {
      const commands = used ? [...this.commands, command] : [command]
      this.write(script.createCachedData(), commands)
    } catch {
      // A full disk or a folder of someone else: the next run is as slow as this one.
    }
  }

  write(data, commands) {
    fs.mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    if (!isOurs(fs.lstatSync(this.folder))) return
    const head = JSON.stringify({ commands, size: data.length, sum: checksum(data) })
    const draft = join(this.folder, `${process.pid}.draft`)
    fs.writeFileSync(draft, Buffer.concat([Buffer.from(`${head}\n`), data]), { mode: 0o600, flag: 'wx' })
    fs.renameSync(draft, join(this.folder, this.name))
    this.removeOthers()
  }

  /** Caches of earlier versions, and drafts of runs that were killed. */
  removeOthers() {
    for (const name of fs.readdirSync(this.folder)) {
      if (name !== this.name && /\.(code|draft)$/.test(name))
        fs.rmSync(join(this.folder, name), { force: true })
    }
  }
}

/** Nobody else can have written there: compiled code is as good as code. */
function isOurs({ uid, mode }) {
  return uid === process.getuid() && (mode & OTHERS_MAY_WRITE) === 0
}

function checksum(data) {
  return require('node:zlib').crc32(data)
}

module.exports = { CodeCache }
