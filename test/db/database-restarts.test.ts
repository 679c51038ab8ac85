import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proveDatabaseRestarts } from '#test/prove/database-restarts.ts'

test('no acknowledged registration is lost when the database is restarted or killed', async () => {
  const figures = await proveDatabaseRestarts(3)
  assert.deepEqual(Object.values(figures.rounds), [1, 1, 1])
})
