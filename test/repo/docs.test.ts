import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { areDocsFresh } from '../../scripts/build-docs.js'
import { projectRoot } from '../support/run-cli.js'

describe('the documents', () => {
  it('docs/commands says what the commands say', async () => {
    assert.ok(await areDocsFresh(projectRoot), 'Refresh them with: npm run docs')
  })

  it('links lead somewhere', () => {
    const folders = ['.', 'docs', 'docs/decisions', 'docs/commands']
    const pages = folders.flatMap((folder) =>
      readdirSync(join(projectRoot, folder))
        .filter((file) => file.endsWith('.md'))
        .map((file) => join(folder, file)),
    )
    const broken = pages.flatMap((page) => {
      const text = readFileSync(join(projectRoot, page), 'utf8')
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link!)
      return links
        .filter((link) => !existsSync(join(projectRoot, dirname(page), link)))
        .map((link) => `${page} → ${link}`)
    })
    assert.deepEqual(broken, [])
  })
})
