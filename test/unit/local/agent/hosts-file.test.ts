import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hostsText, writeHosts } from '../../../../src/local/parts/agent/hosts-file.js'

describe('the hosts file of tasks', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dcos-hosts-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  it("is the machine's own and a marked block with one name a line", () => {
    const names = new Map([
      ['b.l4lb.thisdcos.directory', '127.1.2.3'],
      ['a.l4lb.thisdcos.directory', '127.1.2.3'],
    ])
    assert.equal(
      hostsText('127.0.0.1 localhost\n\n', names),
      [
        '127.0.0.1 localhost',
        '# begin of the names of the embedded cluster',
        '127.1.2.3 a.l4lb.thisdcos.directory',
        '127.1.2.3 b.l4lb.thisdcos.directory',
        '# end of the names of the embedded cluster',
        '',
      ].join('\n'),
    )
  })

  it('leaves out what would break the format', () => {
    const names = new Map([
      ['a b', '127.0.0.1'],
      ['x\n1.2.3.4 bank.example', '127.0.0.1'],
      ['ok', '127.0.0.1\n6.6.6.6 bank.example'],
      ['#', '127.0.0.1'],
    ])
    assert.equal(hostsText('', names), hostsText('', new Map()))
  })

  it('is rewritten in place: same inode, whole content, nothing when unchanged', () => {
    const file = join(dir, 'run', 'hosts')
    const machine = join(dir, 'machine')
    writeFileSync(machine, '127.0.0.1 localhost')
    const many = new Map(Array.from({ length: 500 }, (_, n) => [`name-${n}`, '127.9.9.9']))
    const few = new Map([['one', '127.9.9.8']])
    writeHosts(file, many, machine)
    const { ino } = statSync(file)
    assert.equal(readFileSync(file, 'utf8'), hostsText('127.0.0.1 localhost', many))
    writeHosts(file, few, machine)
    assert.equal(readFileSync(file, 'utf8'), hostsText('127.0.0.1 localhost', few))
    const { mtimeMs } = statSync(file)
    writeHosts(file, few, machine)
    assert.deepEqual([statSync(file).ino, statSync(file).mtimeMs], [ino, mtimeMs])
  })

  it('does without a hosts file of the machine', () => {
    const file = join(dir, 'hosts')
    writeHosts(file, new Map(), join(dir, 'none'))
    assert.equal(readFileSync(file, 'utf8'), hostsText('', new Map()))
  })
})
