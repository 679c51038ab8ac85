// Does a worker's jobs one at a time, without waiting, and reads messages before they are sent.
import type { Db } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { openPayload } from '#server/kit/messages/payload.ts'

export interface WaitingJob {
  readonly id: string
  readonly task: string
  readonly payload: Record<string, unknown>
  readonly key: string | null
  readonly runAt: Date
}

/** Oldest first. */
export async function jobsOf(db: Db, task: string): Promise<WaitingJob[]> {
  const { rows } = await db.raw(
    `select j.id, t.identifier as task, j.payload, j.key, j.run_at as "runAt"
     from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
     where t.identifier = ? order by j.id`,
    [task],
  )
  return rows
}

/** Does all waiting jobs of the task, due or not. @returns how many there were */
export async function doJobs(db: Db, tasks: TaskList, task: string): Promise<number> {
  const jobs = await jobsOf(db, task)
  for (const { id, payload } of jobs) {
    await db.raw('delete from graphile_worker._private_jobs where id = ?', [id])
    await tasks[task]?.(payload, { attempt: 1, maxAttempts: 1 })
  }
  return jobs.length
}

export interface Written {
  readonly name: string
  readonly channel: 'mail' | 'sms'
  readonly to: string | null
  readonly locale: string
  readonly params: Record<string, string | null>
}

/** Oldest first. */
export async function writtenMessages(db: Db, keyring: Keyring): Promise<Written[]> {
  const rows = await db('messages')
    .whereNotNull('payload')
    .orderBy('created_at')
    .select('name', 'channel', 'payload')
  return rows.map(({ name, channel, payload }) => {
    const { to, locale, params } = openPayload(keyring, payload)
    return { name, channel, to, locale, params: params as Written['params'] }
  })
}
