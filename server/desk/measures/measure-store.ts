// Measures: each account has at most one in force and at most one proposed.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { EndReason, MeasureCause, MeasureName } from './measures.ts'

export interface Measure {
  readonly id: string
  readonly accountId: string
  readonly caseId: string | null
  readonly measure: MeasureName
  readonly cause: MeasureCause
  readonly state: 'proposed' | 'refused' | 'in-force' | 'ended'
  readonly until: Date | null
  /** Null if an operator took it by a command. */
  readonly proposedBy: string | null
  readonly proposedAt: Date
  readonly approvedBy: string | null
  /** When it came into force. */
  readonly takenAt: Date | null
  /** When the mail platform had carried it out. */
  readonly effectiveAt: Date | null
  readonly endedAt: Date | null
  readonly endedBy: string | null
  readonly endReason: EndReason | null
}

export function asMeasure(row: Record<string, unknown>): Measure {
  return {
    id: String(row.id),
    accountId: row.account_id as string,
    caseId: row.case_id === null ? null : String(row.case_id),
    measure: row.measure as MeasureName,
    cause: row.cause as MeasureCause,
    state: row.state as Measure['state'],
    until: row.until as Date | null,
    proposedBy: row.proposed_by as string | null,
    proposedAt: row.proposed_at as Date,
    approvedBy: row.approved_by as string | null,
    takenAt: row.taken_at as Date | null,
    effectiveAt: row.effective_at as Date | null,
    endedAt: row.ended_at as Date | null,
    endedBy: row.ended_by as string | null,
    endReason: row.end_reason as EndReason | null,
  }
}

export async function findInForce(db: Db | Trx, accountId: string): Promise<Measure | undefined> {
  const row = await db('measures').where({ account_id: accountId, state: 'in-force' }).first()
  return row && asMeasure(row)
}

export async function findMeasure(db: Db | Trx, id: string): Promise<Measure | undefined> {
  const row = /^\d{1,18}$/.test(id) ? await db('measures').where({ id }).first() : undefined
  return row && asMeasure(row)
}

/** All measures of the account, proposals included, newest first. */
export async function listMeasures(
  db: Db | Trx,
  accountId: string,
  limit = 50,
): Promise<Measure[]> {
  const query = db('measures').where({ account_id: accountId }).orderBy('id', 'desc').limit(limit)
  return (await query).map(asMeasure)
}

/**
 * Measures that wait for a second person, oldest first.
 * @param notOf the viewer: proposals about their own mailbox are left out
 */
export async function listProposals(db: Db, limit: number, notOf?: string): Promise<Measure[]> {
  const query = db('measures').where({ state: 'proposed' }).orderBy('id').limit(limit)
  if (notOf) query.whereNot({ account_id: notOf })
  return (await query).map(asMeasure)
}

/**
 * How many measures this member of staff took without a second person after `since`.
 * A lock lets two measures of one member happen only one after the other, so that each is counted.
 */
export async function countTakenAlone(trx: Trx, staffId: string, since: Date): Promise<number> {
  await trx.raw("select pg_advisory_xact_lock(hashtextextended('measures:' || ?, 1))", [staffId])
  const [row] = await trx('measures')
    .where({ proposed_by: staffId })
    .where('proposed_at', '>', since)
    .whereNotNull('taken_at')
    .whereNull('approved_by')
    .count('* as n')
  return Number(row?.n ?? 0)
}

/** @returns undefined if a proposal for the account waits already */
export async function insertMeasure(
  trx: AccountTrx,
  measure: Pick<Measure, 'accountId' | 'caseId' | 'measure' | 'cause' | 'until'> & {
    readonly staffId: string | null
    readonly approvedBy?: string | null | undefined
    readonly taken: boolean
    readonly at: Date
  },
): Promise<Measure | undefined> {
  const { rows } = await trx.raw(
    `insert into measures (account_id, case_id, measure, cause, until, state,
       proposed_by, proposed_at, approved_by, taken_at)
     values (:accountId, :caseId, :measure, :cause, :until, :state, :staffId, :at, :second,
       :takenAt)
     on conflict (account_id) where state = 'proposed' do nothing
     returning *`,
    {
      ...measure,
      second: measure.approvedBy ?? null,
      state: measure.taken ? 'in-force' : 'proposed',
      takenAt: measure.taken ? measure.at : null,
    },
  )
  return rows[0] && asMeasure(rows[0])
}

/**
 * Puts a proposal into force.
 * Security: Nobody approves a measure that they proposed.
 * @returns undefined for the proposer, and if the proposal was decided meanwhile
 */
export async function setApproved(
  trx: AccountTrx,
  id: string,
  staffId: string,
  at: Date,
): Promise<Measure | undefined> {
  const [row] = await trx('measures')
    .where({ id, state: 'proposed' })
    .whereNot({ proposed_by: staffId })
    .update({ state: 'in-force', approved_by: staffId, decided_at: at, taken_at: at })
    .returning('*')
  return row && asMeasure(row)
}

/** Undefined if it was decided meanwhile. A proposer who refuses it takes it back. */
export async function setRefused(
  trx: Trx,
  id: string,
  staffId: string,
  at: Date,
): Promise<Measure | undefined> {
  const [row] = await trx('measures')
    .where({ id, state: 'proposed' })
    .update({
      state: 'refused',
      decided_at: at,
      approved_by: trx.raw('nullif(?::uuid, proposed_by)', [staffId]),
    })
    .returning('*')
  return row && asMeasure(row)
}

/** Undefined if it was ended meanwhile. */
export async function setEnded(
  trx: AccountTrx,
  id: string,
  end: { reason: EndReason; staffId: string | null; at: Date },
): Promise<Measure | undefined> {
  const [row] = await trx('measures')
    .where({ id, state: 'in-force' })
    .update({ state: 'ended', ended_at: end.at, ended_by: end.staffId, end_reason: end.reason })
    .returning('*')
  return row && asMeasure(row)
}

/** Ends the measure that demanded a new password; undefined if there is none. */
export async function setRecovered(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<Measure | undefined> {
  const [row] = await trx('measures')
    .where({ account_id: accountId, state: 'in-force', measure: 'compromised' })
    .update({ state: 'ended', ended_at: at, end_reason: 'recovered' })
    .returning('*')
  return row && asMeasure(row)
}

export async function isSendingLimited(db: Db, address: string): Promise<boolean> {
  const row = await db('measures')
    .join('mailboxes', 'mailboxes.account_id', 'measures.account_id')
    .where({
      'mailboxes.address': address,
      'measures.state': 'in-force',
      'measures.measure': 'limit-sending',
    })
    .first('measures.id')
  return row !== undefined
}

export async function findExpired(db: Db, now: Date, limit: number): Promise<Measure[]> {
  const rows = await db('measures')
    .where({ state: 'in-force' })
    .where('until', '<=', now)
    .orderBy('until')
    .limit(limit)
  return rows.map(asMeasure)
}

export async function noteRevision(trx: AccountTrx, id: string, revision: number): Promise<void> {
  await trx('measures').where({ id }).update({ mailbox_revision: revision })
}

/** Notes when the mail platform carried measures out. Call it after an update of the mailbox. */
export async function noteEffect(db: Db, accountId: string): Promise<void> {
  await db.raw(
    `update measures m
     set effective_at = b.applied_at
     from mailboxes b
     where m.account_id = ? and b.account_id = m.account_id
       and m.effective_at is null and m.taken_at is not null
       and m.mailbox_revision is not null and b.applied_revision >= m.mailbox_revision`,
    [accountId],
  )
}
