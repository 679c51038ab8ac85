// The worker lives through what happens to its connections, and no job is lost or done for nothing.
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { startWorker, type Worker } from '#server/kit/jobs/worker.ts'
import { createLog } from '#server/kit/log/log.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { eventually } from '#test/support/portal.ts'

let database: TestDatabase
let worker: Worker
let work: (attempt: number) => Promise<void>
let runs = 0
const logged: string[] = []
const log = createLog('warn', { write: (line) => void logged.push(line) })
const start = async () => {
  const tasks = {
    work: async (_payload: unknown, { attempt }: { attempt: number }) => {
      runs += 1
      await work(attempt)
    },
  }
  worker = await startWorker({
    databaseUrl: database.url,
    tasks,
    log,
    concurrency: 2,
    pollMilliseconds: 200,
  })
}
before(async () => {
  database = await createTestDatabase()
  await start()
})
after(async () => {
  await worker.stop()
  await database.drop()
})
beforeEach(() => {
  runs = 0
  logged.length = 0
})

const ask = (queueName?: string) =>
  database.db.transaction((trx) => enqueue(trx, 'work', { id: 1 }, queueName ? { queueName } : {}))
const jobs = async () => (await database.db.raw('select * from graphile_worker._private_jobs')).rows
/** What a restart does to the connections that wait for a lock. */
const cutWaiting = async () =>
  (
    await database.db.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
  ).rows.length

/** The job's last statement hangs at a lock, and its connection is cut there. */
async function cutAtTheEnd(): Promise<void> {
  const lock = await database.db.transaction()
  await lock.raw('select 1 from graphile_worker._private_jobs for update')
  finish()
  await eventually(async () => (await cutWaiting()) > 0)
  await lock.rollback()
}
const waiting: (() => void)[] = []
const untilTold = () => new Promise<void>((done) => void waiting.push(done))
function finish(): void {
  for (const done of waiting.splice(0)) done()
}

for (const queueName of [undefined, 'one']) {
  test(`a job whose connection is lost at its end is done once (queue ${queueName})`, async () => {
    work = untilTold
    await ask(queueName)
    await eventually(async () => runs === 1)
    await cutAtTheEnd()
    await eventually(async () => (await jobs()).length === 0)
    assert.equal(runs, 1)
  })
}

test('a job whose connection is lost as it fails is soon tried again', async () => {
  work = async (attempt) => {
    await untilTold()
    if (attempt === 1) throw new Error('not yet')
  }
  await ask()
  await eventually(async () => runs === 1)
  await cutAtTheEnd()
  await eventually(async () => runs === 2, 15)
  finish()
  await eventually(async () => (await jobs()).length === 0)
})

test('a job whose answer was lost is taken again within fifteen seconds', async () => {
  work = untilTold
  await ask()
  await eventually(async () => runs === 1)
  const [{ locked_by: pool }] = await jobs()
  // What the database holds after `get_job` when nobody hears its answer.
  await database.db.raw(
    `with q as (
       insert into graphile_worker._private_job_queues (queue_name, locked_by, locked_at)
       values ('lost', :pool, now()) returning id)
     insert into graphile_worker._private_jobs
       (task_id, job_queue_id, attempts, locked_by, locked_at)
     select task_id, q.id, 1, :pool, now() from graphile_worker._private_jobs, q`,
    { pool },
  )
  await eventually(async () => runs === 2, 15)
  assert.equal((await jobs()).length, 2, 'the job that is being done was left alone')
  finish()
  await eventually(async () => (await jobs()).length === 0)
})

test('a runner that ends by a fault is started again', async () => {
  work = async () => {}
  const { exitCode } = process
  await database.db.raw(
    `select pg_notify('worker:migrate', '{"migrationNumber": 1, "breaking": true}')`,
  )
  await eventually(async () =>
    logged.some((line) => line.includes('worker ended, starting it again')),
  )
  process.exitCode = exitCode
  await ask()
  await eventually(async () => runs >= 1)
})

test('a fault that does not concern the connection is thrown', async () => {
  const { openPool } = await import('#server/kit/jobs/pool.ts')
  const queue = openPool(database.url, 1, () => {})
  const client = await queue.pool.connect()
  await assert.rejects(client.query({ text: 'select no_such_column' }), { code: '42703' })
  await assert.rejects(queue.pool.query('select no_such_column'), { code: '42703' })
  client.release()
  await queue.end()
})
