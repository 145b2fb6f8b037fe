import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot, tempDir } from '../support/run-cli.js'

/** The package as users get it: packed, installed into an empty prefix, run far from the checkout. */
describe('the package', () => {
  const folder = tempDir()
  const prefix = join(folder, 'prefix')
  const env = { PATH: process.env.PATH, HOME: folder }
  // npm needs its own settings (registry, proxy, certificates), which a machine may keep in the environment or at home.
  const npm = (words: string[], cwd: string) =>
    spawnSync('npm', words, { cwd, encoding: 'utf8', env: { ...process.env, CI: 'true' } })
  const dcos = (...words: string[]) =>
    spawnSync(join(prefix, 'bin', 'dcos'), words, { cwd: '/', encoding: 'utf8', env })

  it('installs and runs outside the checkout', function () {
    this.timeout(180_000)
    mkdirSync(prefix)
    // Scripts are left out: they would build into the checkout under the feet of the other tests.
    const packed = npm(['pack', '--ignore-scripts', '--pack-destination', folder], projectRoot)
    assert.equal(packed.status, 0, packed.stderr)
    const [tarball] = readdirSync(folder).filter((file) => file.endsWith('.tgz'))
    const installed = npm(['install', '--global', '--prefix', prefix, join(folder, tarball!)], folder)
    assert.equal(installed.status, 0, installed.stderr)

    const version = dcos('--version')
    assert.match(version.stdout, /^dcos-vip\/\d+\.\d+\.\d+ /, version.stderr)
    try {
      const up = dcos('local', 'up', '--port', '0', '--dns-port', '0')
      assert.equal(up.status, 0, up.stderr)
      cpSync(join(prefix, 'lib/node_modules/dcos-vip/examples/web.json'), join(folder, 'web.json'))
      const created = dcos('vip', 'create', '--file', join(folder, 'web.json'), '--json')
      assert.equal(created.status, 0, created.stderr)
      assert.equal(JSON.parse(created.stdout).app, '/web')
      const aliased = spawnSync(join(prefix, 'bin', 'dcos-vip'), ['vip', 'list'], { encoding: 'utf8', env })
      assert.match(aliased.stdout, /web\.marathon\.l4lb\.thisdcos\.directory:5555/)
    } finally {
      assert.equal(dcos('local', 'down', '--delete').status, 0)
    }
  })
})
