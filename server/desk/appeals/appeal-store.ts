import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

const purpose = 'abuse.appeal-text'

export const appealDecisions = ['lifted', 'eased', 'kept'] as const
export type AppealDecision = (typeof appealDecisions)[number]

export interface Appeal {
  readonly id: string
  readonly reference: string
  readonly measureId: string
  readonly text: string
  readonly madeAt: Date
  readonly decidedBy: string | null
  readonly decidedAt: Date | null
  readonly decision: AppealDecision | null
}

export function asAppeal(keyring: Keyring, row: Record<string, unknown>): Appeal {
  return {
    id: String(row.id),
    reference: row.reference as string,
    measureId: String(row.measure_id),
    text: keyring.open(purpose, row.text_sealed as string),
    madeAt: row.made_at as Date,
    decidedBy: row.decided_by as string | null,
    decidedAt: row.decided_at as Date | null,
    decision: row.decision as AppealDecision | null,
  }
}

/** Undefined if there is an appeal against the measure already. */
export async function insertAppeal(
  trx: Trx,
  keyring: Keyring,
  appeal: { reference: string; measureId: string; text: string; at: Date },
): Promise<Appeal | undefined> {
  const [row] = await trx('appeals')
    .insert({
      reference: appeal.reference,
      measure_id: appeal.measureId,
      text_sealed: keyring.seal(purpose, appeal.text),
      key_id: keyring.newestKeyId,
      made_at: appeal.at,
    })
    .onConflict('measure_id')
    .ignore()
    .returning('*')
  return row && asAppeal(keyring, row)
}

export async function findAppeal(
  db: Db | Trx,
  keyring: Keyring,
  id: string,
): Promise<Appeal | undefined> {
  const row = /^\d{1,18}$/.test(id) ? await db('appeals').where({ id }).first() : undefined
  return row && asAppeal(keyring, row)
}

export async function findAppealOf(
  db: Db | Trx,
  keyring: Keyring,
  measureId: string,
): Promise<Appeal | undefined> {
  const row = await db('appeals').where({ measure_id: measureId }).first()
  return row && asAppeal(keyring, row)
}

/** What the owner wrote, and what came of it. */
export async function exportAppeals(db: Db | Trx, keyring: Keyring, accountId: string) {
  const own = db('measures').where({ account_id: accountId }).select('id')
  const rows = await db('appeals').whereIn('measure_id', own).orderBy('id')
  const appeals = rows.map((row) => {
    const { reference, text, madeAt, decision, decidedAt } = asAppeal(keyring, row)
    return { reference, text, made_at: madeAt, decision, decided_at: decidedAt }
  })
  return { appeals }
}

/** Nobody waits for the appeal of a closed account. Needs `a` of `appeals`. */
export const waitsSql = `a.decided_at is null and not exists (
  select from measures m join accounts o on o.id = m.account_id
  where m.id = a.measure_id and o.closed_at is not null)`

/**
 * Undecided appeals, oldest first.
 * @param after id of the last one on the page before
 * @param notOf the viewer: appeals about their own mailbox are left out
 */
export async function listWaitingAppeals(
  db: Db,
  keyring: Keyring,
  limit: number,
  after?: string | undefined,
  notOf?: string,
): Promise<Appeal[]> {
  const query = db('appeals as a').whereRaw(waitsSql).orderBy('id').limit(limit)
  if (after !== undefined) query.where('id', '>', after)
  if (notOf)
    query.whereNotIn('measure_id', db('measures').where({ account_id: notOf }).select('id'))
  return (await query).map((row) => asAppeal(keyring, row))
}

/**
 * Security: Nobody decides an appeal against a measure that they proposed or approved.
 * @returns undefined if this person may not decide, or somebody decided meanwhile
 */
export async function setDecided(
  trx: Trx,
  keyring: Keyring,
  id: string,
  decided: { staffId: string; decision: AppealDecision; at: Date },
): Promise<Appeal | undefined> {
  const { rows } = await trx.raw(
    `update appeals a
     set decided_by = :staffId, decided_at = :at, decision = :decision
     from measures m
     where a.id = :id and m.id = a.measure_id and a.decided_at is null
       and m.proposed_by is distinct from :staffId::uuid
       and m.approved_by is distinct from :staffId::uuid
       and m.account_id <> :staffId
     returning a.*`,
    { id, ...decided },
  )
  return rows[0] && asAppeal(keyring, rows[0])
}
