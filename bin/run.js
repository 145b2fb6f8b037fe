#!/usr/bin/env node
// Starts the bundled program. V8 compiles the bundle once and keeps the result in the user's cache folder
// (see code-cache.js): later runs read compiled code and start in a fraction of the time.
'use strict'
const { readFileSync } = require('node:fs')
const { dirname, join } = require('node:path')
const vm = require('node:vm')
const { CodeCache } = require('./code-cache.js')

const root = dirname(__dirname)
const file = join(root, 'dist', 'dcos.cjs')

start()

function start() {
  const source = readBundle()
  if (source === undefined) {
    process.stderr.write(`Error: ${file} is missing.\n  → Build it first: npm run build\n`)
    process.exitCode = 1
    return
  }
  const cache = CodeCache.open(source, process.argv.slice(2))
  const script = new vm.Script(source, {
    filename: file,
    cachedData: cache?.data,
    importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER ?? ((name) => import(name)),
  })
  const bundle = { exports: {} }
  script.runInThisContext()(bundle.exports, require, bundle, file, dirname(file))
  const end = (exitCode, ran) =>
    whenWritten(() => {
      if (ran) cache?.learn(script, ran)
      process.exit(exitCode)
    })
  bundle.exports.main(process.argv.slice(2), { root }).then(
    ({ exitCode, ran }) => end(exitCode, ran),
    (error) => {
      process.stderr.write(`${error?.stack ?? error}\n`)
      end(1)
    },
  )
}

/** The bundle is pure ASCII, so no decoding is needed. */
function readBundle() {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return undefined
  }
}

/** Ending the process throws away what a slow reader has not taken yet. */
function whenWritten(done) {
  if (process.stdout.writableLength > 0) process.stdout.write('', () => done())
  else done()
}
