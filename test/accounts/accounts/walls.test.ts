import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveWalls } from '#test/prove/walls.ts'
import { findWalls } from '#test/prove/walls-unmended.ts'

test('nothing begun before a recovery has an effect after it, paused anywhere', async () => {
  const { schedules, arrived } = await proveWalls({ schedules: 60, seed: 1, every: false })
  assert.ok(arrived > schedules / 2, `${arrived} of ${schedules} recoveries arrived`)
})

test('the proof without walls still finds every wall that it takes out of its copy', findWalls)
