// Deletes old rows in slices, so that no statement runs long.
import type { Db } from '#db/connection.ts'
import type { Task } from './worker.ts'

export interface Sweep {
  readonly name: string
  /** @returns how many rows it deleted, at most `limit` */
  readonly run: (db: Db, limit: number) => Promise<number>
}

const slice = 1000

export function cleanUpTask(db: Db, sweeps: readonly Sweep[]): Task {
  return async () => {
    for (const sweep of sweeps) {
      while ((await sweep.run(db, slice)) === slice);
    }
    // graphile-worker keeps the rows of queues without jobs.
    await db.raw(
      `delete from graphile_worker._private_job_queues queue
       where locked_at is null and not exists (
         select 1 from graphile_worker._private_jobs job where job.job_queue_id = queue.id)`,
    )
  }
}
