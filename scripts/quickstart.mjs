// From a fresh clone to traffic through a VIP: sets everything up, then shows each step as it would be typed.
// Plain Node.js, no dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const ADDRESS = 'web.marathon.l4lb.thisdcos.directory:5555'

setUp()
step('Start the embedded cluster')
startCluster()
step('Deploy the example service: two instances, two VIPs')
deploy()
step("Send requests to the VIP's name")
const answered = sendRequests()
step('See what there is')
dcos(['vip', 'list'])
dcos(['vip', 'show', 'web:5555'])
dcos(['service', 'endpoints', 'http', '--name', 'web'])
sayGoodbye()
if (answered < 2) fail(`Only ${answered} of 2 instances answered.`)

function setUp() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'setup.mjs')], { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

/** The usual ports, or any others where something else listens on them. */
function startCluster() {
  const usual = spawnSync(process.execPath, ['bin/run.js', 'local', 'up'], { cwd: root, encoding: 'utf8' })
  if (usual.status !== 0) {
    process.stderr.write(usual.stderr)
    dcos(['local', 'up', '--port', '0', '--dns-port', '0'])
  } else process.stdout.write(`$ dcos local up\n${usual.stdout}`)
}

function deploy() {
  const served = ask(['vip', 'list', '--json'])
  if (Array.isArray(served) && served.some((vip) => vip.address === ADDRESS)) {
    console.log(`${ADDRESS} is there already, from an earlier run.`)
    return
  }
  dcos(['vip', 'create', '--file', 'examples/web.json'])
}

/** Through the name where this machine lets a command see it, else at the address that `vip show` gives. */
function sendRequests() {
  const { names } = ask(['local', 'status', '--json'])
  const { connect, port } = ask(['vip', 'show', 'web:5555', '--json'])
  const byName = names?.works && connect?.endsWith(`:${port}`)
  const script = ['examples/ask.mjs', `http://${byName ? ADDRESS : connect}`, '10']
  const { stdout } = byName
    ? dcos(['local', 'exec', '--', 'node', ...script])
    : run(process.execPath, script, `node ${script.join(' ')}`)
  if (!byName)
    console.log(`(Not by its name: ${names?.reason ?? 'another program has its port on this machine.'})`)
  return stdout.split('\n').filter((line) => line.includes('hello from')).length
}

function sayGoodbye() {
  const program = `node ${relative(process.cwd(), join(root, 'bin', 'run.js'))}`
  console.log(`
Try next (after: alias dcos="${program}"):
  dcos vip create hello -p 7070:0 --instances 2 --cmd 'exec node -e "require(\\"http\\").createServer((q, s) => s.end(\\"hello\\\\n\\")).listen(process.env.PORT0)"'
  dcos vip create --file examples/kafka.json && dcos kafka endpoints broker
  dcos vip delete web:5555 --with-app
Stop it all:
  dcos local down`)
}

function step(text) {
  console.log(`\n# ${text}`)
}

/** Runs the program and shows it as it would be typed. */
function dcos(words) {
  return run(process.execPath, ['bin/run.js', ...words], `dcos ${words.join(' ')}`)
}

function run(program, words, shown) {
  console.log(`$ ${shown}`)
  const result = spawnSync(program, words, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.stdout.write(result.stdout)
  if (result.status !== 0) fail(`It failed: ${shown}`)
  return result
}

/** Runs the program silently for its JSON. */
function ask(words) {
  const result = spawnSync(process.execPath, ['bin/run.js', ...words], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    return JSON.parse(result.stdout)
  } catch {
    return fail(`It gave no JSON: dcos ${words.join(' ')}`)
  }
}

function fail(text) {
  console.error(text)
  process.exit(1)
}
