import type { Trx } from '#db/connection.ts'

export interface EnqueueOptions {
  /** Waiting jobs with one key become one job with the newest payload. */
  readonly jobKey?: string
  /** Jobs of one queue run one after the other. */
  readonly queueName?: string
  /** Waits grow as e^n seconds, at most e^10: 13 tries span 22 hours. */
  readonly maxAttempts?: number
  readonly runAt?: Date
  /** From now, by the clock of the database, as the queue counts. */
  readonly afterSeconds?: number
}

const mostRounds = 20

/** Joins the caller's transaction. Payloads are stored in clear: ids only. */
export async function enqueue(
  trx: Trx,
  task: string,
  payload: Readonly<Record<string, string | number>>,
  options: EnqueueOptions = {},
): Promise<void> {
  for (let round = 0; round < mostRounds; round += 1) {
    const { rows } = await trx.raw<{ rows: { id: string | null }[] }>(
      `select id from graphile_worker.add_job(?, ?::json, queue_name => ?,
         run_at => coalesce(?::timestamptz, now() + make_interval(secs => ?)),
         max_attempts => ?, job_key => ?)`,
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
    // A worker took the job of this key between two steps of add_job: try again.
  }
  throw new Error(`no job could be left for ${task}`)
}
