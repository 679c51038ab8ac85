// Jobs are taken from workers that are dead, and from no others.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { createLifeline } from '#server/kit/jobs/lifeline.ts'
import { startWorker, type Worker } from '#server/kit/jobs/worker.ts'
import { createLog } from '#server/kit/log/log.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { eventually } from '#test/support/portal.ts'

let database: TestDatabase
let worker: Worker
let runs = 0
let finish = () => {}
before(async () => {
  database = await createTestDatabase()
  const slow = async () => {
    runs += 1
    if (runs === 1) await new Promise<void>((done) => (finish = done))
  }
  const log = createLog('error', { write: () => {} })
  worker = await startWorker({
    databaseUrl: database.url,
    tasks: { slow },
    log,
    concurrency: 2,
    pollMilliseconds: 200,
  })
})
after(async () => {
  finish()
  await worker.stop()
  await database.drop()
})

const ask = () =>
  database.db.transaction((trx) =>
    enqueue(trx, 'slow', { id: 1 }, { jobKey: 'one', queueName: 'one' }),
  )

test('a job added during a long one runs after it, in spite of a sweep elsewhere', async () => {
  await ask()
  await eventually(async () => runs === 1)
  for (const table of ['_private_jobs', '_private_job_queues'])
    await database.db.raw(
      `update graphile_worker.${table} set locked_at = locked_at - interval '1 minute'`,
    )
  const other = createLifeline(database.url, () => {})
  assert.deepEqual(await other.sweep(), { dead: [], lost: 0 })
  await ask()
  await new Promise((done) => setTimeout(done, 300))
  assert.equal(runs, 1, 'never beside itself')
  finish()
  await eventually(async () => runs === 2)
  await other.stop()
})
