import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveRecoveryWalk } from '#test/prove/recovery-walk.ts'

test('browsers that try anything in any order change no password without its proof', async () => {
  const { walks, passwordsSet } = await proveRecoveryWalk({ walks: 8, rounds: 40 })
  assert.equal(walks, 8)
  assert.ok(passwordsSet >= walks, 'every walk ends with its owner back in')
})
