#!/usr/bin/env node
// Runs the program from its sources, without a build.
'use strict'
const { dirname } = require('node:path')

import('tsx/esm/api')
  .then(({ register }) => register())
  .then(() => import('../src/cli/entry.ts'))
  .then(({ main }) => main(process.argv.slice(2), { root: dirname(__dirname) }))
  .then(({ exitCode }) => process.exit(exitCode))
