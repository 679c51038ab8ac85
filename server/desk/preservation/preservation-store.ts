// Legal holds on cases. What stands under one is kept by triggers, whatever a sweep asks for.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { visibleTo } from '../emergencies/visible.ts'

const purpose = 'abuse.preservation'

export interface Preservation {
  readonly id: string
  readonly caseId: string
  readonly reason: string
  readonly begunBy: string
  readonly begunAt: Date
  readonly endedBy: string | null
  readonly endedAt: Date | null
}

const asPreservation = (keyring: Keyring, row: Record<string, unknown>): Preservation => ({
  id: String(row.id),
  caseId: String(row.case_id),
  reason: keyring.open(purpose, row.reason_sealed as string),
  begunBy: row.begun_by as string,
  begunAt: row.begun_at as Date,
  endedBy: row.ended_by as string | null,
  endedAt: row.ended_at as Date | null,
})

/** Locks the case, so that a sweep that is about to delete something of it waits. */
export async function insertPreservation(
  trx: Trx,
  keyring: Keyring,
  begun: { caseId: string; reason: string; staffId: string; at: Date },
): Promise<string | undefined> {
  const { caseId, reason, staffId, at } = begun
  const { rows } = await trx.raw('select 1 from abuse_cases where id = ? for update', [caseId])
  if (rows.length === 0) return undefined
  const [row] = await trx('case_preservations')
    .insert({
      case_id: caseId,
      reason_sealed: keyring.seal(purpose, reason),
      key_id: keyring.newestKeyId,
      begun_by: staffId,
      begun_at: at,
    })
    .returning('id')
  return String(row.id)
}

/** False if it has ended, or belongs to another case. */
export async function setPreservationEnded(
  trx: Trx,
  { id, caseId, staffId, at }: { id: string; caseId: string; staffId: string; at: Date },
): Promise<boolean> {
  const changed = await trx('case_preservations')
    .where({ id, case_id: caseId })
    .whereNull('ended_at')
    .update({ ended_by: staffId, ended_at: at })
  return changed === 1
}

/** Newest first, those that have ended too. */
export async function listPreservations(
  db: Db | Trx,
  keyring: Keyring,
  caseId: string,
): Promise<Preservation[]> {
  const rows = await db('case_preservations').where({ case_id: caseId }).orderBy('id', 'desc')
  return rows.map((row) => asPreservation(keyring, row))
}

export async function isPreserved(db: Db | Trx, caseId: string): Promise<boolean> {
  const row = await db('case_preservations')
    .where({ case_id: caseId })
    .whereNull('ended_at')
    .first('id')
  return row !== undefined
}

/** Whether a case about the account is under a hold. */
export async function keepsAccount(db: Db | Trx, accountId: string): Promise<boolean> {
  const row = await db('case_preservations as p')
    .join('abuse_cases as c', 'c.id', 'p.case_id')
    .where('c.account_id', accountId)
    .whereNull('p.ended_at')
    .first('p.id')
  return row !== undefined
}

/** Holds that stand, oldest first. @param notOf the viewer: their own mailbox is left out */
export async function listStanding(
  db: Db,
  keyring: Keyring,
  limit: number,
  notOf: string,
): Promise<Preservation[]> {
  const rows = await db('case_preservations as p')
    .join('abuse_cases as c', 'c.id', 'p.case_id')
    .whereNull('p.ended_at')
    .whereRaw(visibleTo('?', 'c.'), [notOf, notOf])
    .orderBy('p.id')
    .limit(limit)
    .select('p.*')
  return rows.map((row) => asPreservation(keyring, row))
}

/** Everything of a case has moved to another one: so do its holds. */
export async function movePreservations(trx: Trx, from: string, to: string): Promise<void> {
  await trx('case_preservations').where({ case_id: from }).update({ case_id: to })
}
