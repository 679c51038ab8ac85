import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveClosings } from '#test/prove/closings.ts'

test('no kill of the portal leaves a closing, a return or an end half-done', async () => {
  const figures = await proveClosings(3, 6)
  assert.ok(figures.closings >= 2)
})
