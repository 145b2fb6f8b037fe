import assert from 'node:assert/strict'
import vm from 'node:vm'
import { requireWhenUsed } from '../../../scripts/light-packages.js'

/** Runs a CommonJS module whose requires are counted. */
function run(code: string): { exports: Record<string, unknown>; loaded: string[] } {
  const loaded: string[] = []
  const require = (name: string) => {
    loaded.push(name)
    return { name, Base: class {}, default: { name } }
  }
  const exports: Record<string, unknown> = {}
  vm.runInNewContext(requireWhenUsed(code), { exports, require, __importDefault: (x: unknown) => x })
  return { exports, loaded }
}

describe('requireWhenUsed', () => {
  it('loads nothing before it is used, and once when it is', () => {
    const { exports, loaded } = run(
      'const a_1 = require("a");\nconst b_1 = __importDefault(require("b"));\nexports.use = () => [a_1.name, a_1.name, b_1.default.name];',
    )
    assert.deepEqual(loaded, [])
    assert.deepEqual([...(exports.use as () => string[])()], ['a', 'a', 'b'])
    assert.deepEqual(loaded, ['a', 'b'])
  })

  it('loads base classes at once', () => {
    const { loaded } = run(
      'const a_1 = require("a");\nclass X extends a_1.Base {}\nnew X();\nnew a_1.Base();',
    )
    assert.deepEqual(loaded, ['a'])
  })

  it('leaves requires without a name, and other names, as they are', () => {
    assert.deepEqual(run('require("a");\nconst my_1 = 2;\nexports.x = my_1;').loaded, ['a'])
  })
})
