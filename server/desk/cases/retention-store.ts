// Deletes letters, reports, closed cases and abuse mails when their time is over.
import type { Db } from '#db/connection.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { Sweep } from '#server/kit/jobs/clean-up.ts'
import { deleteOldEvidence } from '../evidence/evidence-store.ts'
import { deleteOldMails } from '../reports/mail/mail-store.ts'

/** Not under a legal hold: triggers would refuse the whole statement. */
const isFree = `not exists (
  select 1 from case_preservations p where p.case_id = c.id and p.ended_at is null)`

/** Deletes reports whose case was closed before `closedBefore`, with their search terms. */
async function deleteOldReports(db: Db, closedBefore: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from abuse_reports where id in (
       select r.id from abuse_reports r
       join abuse_cases c on c.id = r.case_id
       where c.closed_at < ? and ${isFree}
       limit ?)`,
    [closedBefore, limit],
  )
  return rowCount
}

/** Deletes closed cases without reports, and their timelines. Measures and appeals stay. */
async function deleteOldCases(db: Db, closedBefore: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from abuse_cases where id in (
       select c.id from abuse_cases c where c.closed_at < ? and ${isFree}
         and not exists (select 1 from abuse_reports r where r.case_id = c.id) limit ?)`,
    [closedBefore, limit],
  )
  return rowCount
}

export function deskSweeps(
  settings: { readonly caseDays: number },
  now: () => Date,
): readonly Sweep[] {
  const since = () => new Date(now().getTime() - settings.caseDays * msPerDay)
  return [
    { name: 'evidence', run: (db, limit) => deleteOldEvidence(db, now(), limit) },
    { name: 'reports', run: (db, limit) => deleteOldReports(db, since(), limit) },
    { name: 'cases', run: (db, limit) => deleteOldCases(db, since(), limit) },
    { name: 'abuse mails', run: (db, limit) => deleteOldMails(db, since(), limit) },
  ]
}
