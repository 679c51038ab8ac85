import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveDatabaseRestarts } from '#test/prove/database-restarts.ts'

test('a database that is restarted and killed under registrations ends no portal, and nothing acknowledged is lost', async () => {
  const figures = await proveDatabaseRestarts(3)
  assert.deepEqual(Object.values(figures.rounds), [1, 1, 1])
})
