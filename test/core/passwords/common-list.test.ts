import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { LIST_FILE } from '#server/core/passwords/common-list.ts'
import { makeCommonList } from '#test/support/run/make-common-list.ts'

test('the stored list of common passwords equals the one that its script makes', () => {
  assert.ok(
    makeCommonList().equals(readFileSync(LIST_FILE)),
    'run node test/support/run/make-common-list.ts',
  )
})
