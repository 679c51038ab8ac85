import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveUndoOrderings } from '#test/prove/undo-orderings.ts'

test('once the owner has acted, no link leads a stranger back in, in any order', async () => {
  const tried = await proveUndoOrderings({ letters: 2, oneOf: 4, again: 'a share' })
  assert.ok(tried > 300, `${tried} orderings`)
})
