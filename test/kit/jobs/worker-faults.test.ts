import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { startWorker, type Worker } from '#server/kit/jobs/worker.ts'
import { createLog } from '#server/kit/log/log.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { eventually } from '#test/support/portal.ts'

let database: TestDatabase
let worker: Worker
before(async () => {
  database = await createTestDatabase()
  const tasks = {
    fail: async () => {
      throw new TypeError('hanna.k is no number')
    },
  }
  const log = createLog('silent', { write: () => {} })
  worker = await startWorker({ databaseUrl: database.url, tasks, log, pollMilliseconds: 200 })
})
after(async () => {
  await worker.stop()
  await database.drop()
})

test('the queue keeps only the kind of a fault', async () => {
  await database.db.transaction((trx) => enqueue(trx, 'fail', {}))
  const kept = await eventually(async () => {
    const jobs = await database.db('graphile_worker._private_jobs').whereNotNull('last_error')
    return jobs.length > 0 && JSON.stringify(jobs)
  })
  assert.match(kept, /TypeError/)
  assert.doesNotMatch(kept, /hanna/)
})
