// Makes a checkout ready to run: installs the dependencies, builds, and with --tools looks for the tools of the
// tests. Each step is skipped when nothing has changed since it was last done. Plain Node.js, no dependencies.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sourcesStamp } from './sources-stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Programs that some tests run, and Debian's packages with them. */
const TOOLS = { curl: 'curl', dig: 'dnsutils', jq: 'jq' }

install()
build()
if (process.argv.includes('--tools')) findTools()

/** node_modules belongs to one package-lock.json, whose hash is kept beside it. */
function install() {
  const stamp = join(root, 'node_modules', '.lock-stamp')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (read(stamp) === wanted || isInstalledByHand()) return
  say('Installing dependencies …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}

/** Someone has run npm here, after package-lock.json was last changed: it is not for us to do that again. */
function isInstalledByHand() {
  const written = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const unknown = !existsSync(join(root, 'node_modules', '.lock-stamp'))
  return unknown && written('node_modules/.package-lock.json') >= written('package-lock.json')
}

/** The build leaves the fingerprint of its sources in dist; it also generates the validators. */
function build() {
  const complete = existsSync(join(root, 'src', 'definitions', 'generated'))
  if (complete && read(join(root, 'dist', '.build-stamp'))?.trim() === sourcesStamp(root)) return
  say('Building …')
  run(process.execPath, ['--import', 'tsx', join('scripts', 'build.ts')])
}

function findTools() {
  const missing = () => Object.keys(TOOLS).filter((tool) => !isInstalled(tool))
  if (missing().length === 0) return
  if (process.getuid?.() === 0 && isInstalled('apt-get')) {
    const packages = missing().map((tool) => TOOLS[tool])
    say(`Installing ${packages.join(', ')} …`)
    const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
    const fetch = ['install', '--yes', '--no-install-recommends', ...packages]
    if (spawnSync('apt-get', fetch, quiet).status !== 0) {
      spawnSync('apt-get', ['update'], quiet)
      spawnSync('apt-get', fetch, quiet)
    }
  }
  if (missing().length > 0) say(`Tests that need ${missing().join(', ')} are skipped: not installed here.`)
}

function isInstalled(tool) {
  const folders = (process.env.PATH ?? '').split(':')
  return folders.some((folder) => existsSync(join(folder, tool)))
}

function run(command, argv) {
  const { status, error } = spawnSync(command, argv, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error) say(`${command} could not be started: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function say(text) {
  process.stderr.write(`${text}\n`)
}
