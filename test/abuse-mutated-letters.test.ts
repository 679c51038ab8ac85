import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveAbuseLetters } from './prove/abuse-letters.ts'

test('three hundred damaged letters neither stop the desk nor name an account that did not send them', async () => {
  const { runs, counts } = await proveAbuseLetters({ runs: 300 })
  assert.equal(runs, 300)
  assert.ok((counts['verdict proven'] ?? 0) > 0 && (counts['verdict unproven'] ?? 0) > 0, JSON.stringify(counts))
})
