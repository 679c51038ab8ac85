import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveAbuseVolume } from '#test/prove/desk/abuse-volume.ts'

test('the queue, the search and the page of a case use an index for every look-up', async () => {
  // Times are for the long proof (test/prove): here other tests run beside.
  const figures = await proveAbuseVolume({ reports: 1500, cases: 300, rounds: 3, allowedMs: 5000 })
  assert.ok(Object.keys(figures).length > 15)
})
