// Reads what became of the reports of one person.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { asReport, type Report } from '../reports/report-store.ts'
import type { ReporterRecord } from './weight.ts'

const latest = 100

/** The share confirmed over the last 100 reports that ended with a measure or without a breach. */
export async function readRecord(db: Db | Trx, personDigest: Buffer): Promise<ReporterRecord> {
  const { rows } = await db.raw(
    `select count(*)::int as judged,
       (count(*) filter (where outcome = 'measure-taken'))::int as confirmed
     from (
       select outcome from abuse_reports
       where person_digest = ? and duplicate_of is null
         and outcome in ('measure-taken', 'no-breach')
       order by id desc limit ?
     ) last`,
    [personDigest, latest],
  )
  return rows[0]
}

/**
 * Newest first.
 * @param notOf the viewer: reports in cases about their own mailbox are left out
 */
export async function listReportsOfPerson(
  db: Db,
  keyring: Keyring,
  personDigest: Buffer,
  ask: {
    readonly notOf: string
    readonly limit: number
    readonly before?: string | undefined
  },
): Promise<Report[]> {
  const query = db('abuse_reports as r')
    .join('abuse_cases as c', 'c.id', 'r.case_id')
    .where('r.person_digest', personDigest)
    .whereRaw('c.account_id is distinct from ?::uuid', [ask.notOf])
    .orderBy('r.id', 'desc')
    .limit(ask.limit)
    .select('r.*')
  if (ask.before !== undefined) query.where('r.id', '<', ask.before)
  return (await query).map((row) => asReport(keyring, row))
}
