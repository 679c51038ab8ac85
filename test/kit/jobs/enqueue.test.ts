import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { jobsOf } from '#test/support/recovery/by-hand.ts'

let database: TestDatabase
before(async () => {
  database = await createTestDatabase()
})
after(() => database.drop())

const ask = (wish: string) =>
  database.db.transaction((trx) =>
    enqueue(trx, 'mailbox:converge', { wish }, { jobKey: 'mailbox:one' }),
  )
const waiting = async () =>
  (await jobsOf(database.db, 'mailbox:converge')).filter(({ key }) => key !== null)

test('a job added while the job of its key is being taken is a job of its own', async () => {
  await ask('first')
  const worker = await database.db.transaction()
  await worker.raw(
    `update graphile_worker._private_jobs set locked_at = now(), locked_by = 'somebody'
     where key = 'mailbox:one'`,
  )
  const second = ask('second')
  // It waits for the worker's row by now.
  await sleep(200)
  await worker.commit()
  await second
  assert.deepEqual(
    (await waiting()).map(({ payload }) => payload),
    [{ wish: 'second' }],
  )
  assert.equal(
    (await jobsOf(database.db, 'mailbox:converge')).length,
    2,
    'the one that runs is left alone',
  )
})

test('waiting jobs with one key become one job', async () => {
  await ask('third')
  await ask('fourth')
  assert.deepEqual(
    (await waiting()).map(({ payload }) => payload),
    [{ wish: 'fourth' }],
  )
})
