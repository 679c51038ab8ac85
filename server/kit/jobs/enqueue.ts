import type { Trx } from '#db/connection.ts'

export interface EnqueueOptions {
  /** Jobs of one key that have not started melt into one; the newest payload counts. */
  readonly jobKey?: string
  /** Jobs of one queue run one after the other. */
  readonly queueName?: string
  /** Tries in all. Waits grow as e^n seconds (at most e^10): 13 tries span 22 hours. */
  readonly maxAttempts?: number
  readonly runAt?: Date
  /** Not before so many seconds have passed, by the clock of the database: the queue's own, whatever this machine's says. */
  readonly afterSeconds?: number
}

/** Each round but the last was lost to a worker that took the job of the key at that very moment. */
const mostRounds = 20

/**
 * Puts a job into the queue inside the caller's transaction: it exists exactly when what it follows from exists.
 * The payload is kept in clear, so it holds ids only.
 */
export async function enqueue(
  trx: Trx,
  task: string,
  payload: Readonly<Record<string, string | number>>,
  options: EnqueueOptions = {},
): Promise<void> {
  for (let round = 0; round < mostRounds; round += 1) {
    const { rows } = await trx.raw<{ rows: { id: string | null }[] }>(
      `select id from graphile_worker.add_job(?, ?::json, queue_name => ?,
         run_at => coalesce(?::timestamptz, now() + make_interval(secs => ?)), max_attempts => ?, job_key => ?)`,
      [
        task,
        JSON.stringify(payload),
        options.queueName ?? null,
        options.runAt?.toISOString() ?? null,
        options.afterSeconds ?? null,
        options.maxAttempts ?? 13,
        options.jobKey ?? null,
      ],
    )
    if (rows[0]?.id != null) return
    // A worker took the job of this key between the two steps of add_job: it neither left it alone nor made another. Now it sees that.
  }
  throw new Error(`no job could be left for ${task}`)
}
