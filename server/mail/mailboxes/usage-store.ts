import type { Db } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'

/** Mailboxes over 70 % every 15 minutes, all every six hours, the oldest figure first. */
export async function listMailboxesToMeasure(db: Db, now: Date, limit: number): Promise<string[]> {
  const ago = (minutes: number) => new Date(now.getTime() - minutes * msPerMinute)
  const { rows } = (await db.raw(
    `(select account_id, measured_at from mailboxes
        where removed_at is null and used_bytes > quota_bytes * 0.7 and measured_at < ?
        order by measured_at limit ?)
     union
     (select account_id, measured_at from mailboxes
        where removed_at is null and applied_revision > 0
          and (measured_at is null or measured_at < ?)
        order by measured_at nulls first limit ?)
     order by measured_at nulls first limit ?`,
    [ago(15), limit, ago(360), limit, limit],
  )) as { rows: { account_id: string }[] }
  return rows.map((row) => row.account_id)
}

/** @param usedBytes undefined: notes only that the platform was asked */
export async function noteMailboxUsage(
  db: Db,
  accountId: string,
  usedBytes: number | undefined,
  at: Date,
): Promise<void> {
  await db('mailboxes')
    .where({ account_id: accountId })
    .update({ measured_at: at, ...(usedBytes === undefined ? {} : { used_bytes: usedBytes }) })
}
