import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveRecoveryWalk } from '#test/prove/recovery-walk.ts'

test('whatever several browsers try in whatever order, only drawn edges move and no password changes without its proof', async () => {
  const { walks, passwordsSet } = await proveRecoveryWalk({ walks: 8, rounds: 40 })
  assert.equal(walks, 8)
  assert.ok(passwordsSet >= walks, 'every walk ends with its owner back in')
})
