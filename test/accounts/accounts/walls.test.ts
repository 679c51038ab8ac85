import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveWalls } from '#test/prove/walls.ts'
import { findWalls } from '#test/prove/walls-unmended.ts'

test('after any finished recovery nothing that was begun before it has an effect, whichever request is held at which await', async () => {
  const { schedules, arrived } = await proveWalls({ schedules: 60, seed: 1, every: false })
  assert.ok(arrived > schedules / 2, `${arrived} of ${schedules} recoveries arrived`)
})

test('each wall that the long proof takes out of a copy stands where it looks for it', findWalls)
