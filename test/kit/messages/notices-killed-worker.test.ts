import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { proveNotices } from '#test/prove/notices.ts'

const script = fileURLToPath(new URL('../../support/messages/notice-worker.ts', import.meta.url))

test('every notice of every change arrives once, though workers are killed', async () => {
  const { changes, kills, asked } = await proveNotices({
    people: 2,
    atOnce: 2,
    kills: 3,
    lifeMs: 600,
    slowMs: 100,
    patienceSeconds: 60,
    script,
  })
  assert.deepEqual([changes, kills], [2 * 13, 3])
  assert.ok(asked > 0, 'no SMS was ever in doubt')
})
