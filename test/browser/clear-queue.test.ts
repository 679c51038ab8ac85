import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Morning, proveClearing } from '#test/prove/desk/clear-queue.ts'

/** A small one: the whole morning is a long proof (test/prove). */
const morning: Morning = {
  phishers: [2, 2],
  spammers: [2, 2],
  newsletters: [1, 2],
  threats: [1, 2],
  harmless: [2, 1],
  unproven: [2, 1],
  foreign: [2, 1],
}

test('an analyst clears the queue by keyboard and without scripts, and no decision is wrong', async () => {
  const { actions = 0 } = await proveClearing(morning, 'keyboard', 110)
  assert.ok(actions > 40)
  await proveClearing(morning, 'no-scripts', 80)
})
