import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveKillLoop } from '#test/prove/kill-loop.ts'

test('a portal that is killed again and again loses and doubles no registration', async () => {
  const figures = await proveKillLoop(4)
  assert.ok(figures.acknowledged > 0)
})
