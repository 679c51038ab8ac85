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
  await trx.raw(
    'select graphile_worker.add_job(?, ?::json, queue_name => ?, run_at => coalesce(?::timestamptz, now() + make_interval(secs => ?)), max_attempts => ?, job_key => ?)',
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
}
