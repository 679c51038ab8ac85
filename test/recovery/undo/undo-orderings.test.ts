import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveUndoOrderings } from '#test/prove/undo-orderings.ts'

test('whatever a stranger with password, answer and mailbox did, no link of theirs leads back in once the owner acted', async () => {
  const tried = await proveUndoOrderings({ letters: 2, oneOf: 4, again: 'a share' })
  assert.ok(tried > 300, `${tried} orderings`)
})
