// Owns the table of cases that staff are alerted to.
import type { Db, Trx } from '#db/connection.ts'
import type { StaffRole } from '../staff/store.ts'

/** False if the case was noted before. */
export async function insertAlert(trx: Trx, caseId: string, at: Date): Promise<boolean> {
  const rows = await trx('case_alerts')
    .insert({ case_id: caseId, raised_at: at })
    .onConflict('case_id')
    .ignore()
    .returning('case_id')
  return rows.length > 0
}

export async function findLastAlert(trx: Trx): Promise<Date | null> {
  const row = await trx('case_alerts').max('sent_at as at').first()
  return row?.at ?? null
}

export interface HighCase {
  readonly id: string
  readonly accountId: string | null
  readonly isEmergency: boolean
}

/** Takes what waits. Cases that somebody has claimed or closed meanwhile are left out. */
export async function takeAlerts(trx: Trx, at: Date): Promise<HighCase[]> {
  const { rows } = await trx.raw(
    `with taken as (
       update case_alerts set sent_at = ? where sent_at is null returning case_id)
     select c.id, c.account_id, c.severity from abuse_cases c join taken on taken.case_id = c.id
     where c.closed_at is null and c.claimed_by is null
     order by c.id`,
    [at],
  )
  return rows.map((row: Record<string, unknown>) => ({
    id: String(row.id),
    accountId: row.account_id as string | null,
    isEmergency: row.severity === 3,
  }))
}

export interface AlertReader {
  readonly id: string
  readonly address: string
  readonly locale: string | null
}

/** Members with one of these roles who can sign in. */
export async function listReaders(trx: Trx, roles: readonly StaffRole[]): Promise<AlertReader[]> {
  return await trx('accounts')
    .whereIn('id', trx('staff_roles').whereIn('role', roles).select('account_id'))
    .whereNull('closed_at')
    .whereNull('blocked_at')
    .whereNull('reset_demanded_at')
    .orderBy('address')
    .select('id', 'address', 'locale')
}

/** Open cases of the highest severity that nobody has looked at. */
export async function readUnseenHigh(
  db: Db,
  now: Date,
): Promise<{ readonly count: number; readonly oldestSeconds: number }> {
  const { rows } = await db.raw(
    `select count(*)::int as count, coalesce(extract(epoch from
       ?::timestamptz - min(coalesce(a.raised_at, c.opened_at))), 0)::float as "oldestSeconds"
     from abuse_cases c left join case_alerts a on a.case_id = c.id
     where c.closed_at is null and c.severity >= 2 and c.first_seen_at is null`,
    [now],
  )
  return rows[0]
}
