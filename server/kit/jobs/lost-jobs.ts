// Frees jobs that this process took when the connection broke before the answer.
import type pg from 'pg'

interface LostJob {
  readonly id: string
  readonly since: string
}

export type FreeLostJobs = (client: pg.Client, poolIds: readonly string[]) => Promise<number>

/** @param isInHand whether this process does the job or writes its end */
export function createFreeLostJobs(
  isInHand: (jobId: string) => boolean,
  graceSeconds: number,
): FreeLostJobs {
  let suspects = new Set<string>()
  const keyOf = ({ id, since }: LostJob) => `${id} ${since}`

  return async (client, poolIds) => {
    const { rows } = await client.query<LostJob>(
      `select id::text, locked_at::text as since from graphile_worker._private_jobs
       where locked_by = any($1::text[]) and locked_at < now() - make_interval(secs => $2)`,
      [poolIds, graceSeconds],
    )
    const found = rows.filter(({ id }) => !isInHand(id))
    // A job is freed at the second look: at the first the answer may still be under way.
    const lost = found.filter((job) => suspects.has(keyOf(job)))
    suspects = new Set(found.map(keyOf))
    if (lost.length === 0) return 0
    await client.query(
      `with freed as (
         update graphile_worker._private_jobs set locked_at = null, locked_by = null
         where id = any($1::bigint[]) and locked_by = any($2::text[]) returning job_queue_id)
       update graphile_worker._private_job_queues queue set locked_at = null, locked_by = null
       from freed where queue.id = freed.job_queue_id and queue.locked_by = any($2::text[])`,
      [lost.map(({ id }) => id), poolIds],
    )
    return lost.length
  }
}
