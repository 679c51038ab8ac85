// What was done about accounts: at most one measure in force for each, and at most one proposed.
import type { Db, Trx } from '#db/connection.ts'
import { type AccountTrx, lockAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import {
  type EndReason,
  type MeasureCause,
  type MeasureName,
  type Standing,
  standingOf,
} from './measures.ts'

export interface Measure {
  readonly id: string
  readonly accountId: string
  readonly caseId: string | null
  readonly measure: MeasureName
  readonly cause: MeasureCause
  readonly state: 'proposed' | 'refused' | 'in-force' | 'ended'
  readonly until: Date | null
  readonly proposedBy: string
  readonly proposedAt: Date
  readonly approvedBy: string | null
  /** When it came into force. */
  readonly takenAt: Date | null
  /** When the mail platform had it. */
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
    proposedBy: row.proposed_by as string,
    proposedAt: row.proposed_at as Date,
    approvedBy: row.approved_by as string | null,
    takenAt: row.taken_at as Date | null,
    effectiveAt: row.effective_at as Date | null,
    endedAt: row.ended_at as Date | null,
    endedBy: row.ended_by as string | null,
    endReason: row.end_reason as EndReason | null,
  }
}

export interface StandingAccount {
  /** Gone through the account's door: measures come one after the other. */
  readonly trx: AccountTrx
  /** Nobody signs in, or not before a new password. */
  readonly isShut: boolean
  readonly standing: Standing
  readonly inForce: Measure | undefined
  /** The last new password. */
  readonly passwordChangedAt: Date
  readonly address: string
  readonly locale: string | null
}

/** What stands for the account. Goes through its door, so that measures come one after the other. */
export async function holdStanding(
  trx: Trx,
  accountId: string,
): Promise<StandingAccount | undefined> {
  const locked = await lockAccountAsItStands(trx, accountId)
  if (!locked || locked.account.closedAt) return undefined
  const { account } = locked
  const row = await trx('measures').where({ account_id: accountId, state: 'in-force' }).first()
  const inForce = row && asMeasure(row)
  const { address, locale, passwordChangedAt } = account
  const standing = standingOf(account, inForce)
  const isShut = account.blockedAt !== null || account.resetDemandedAt !== null
  return { trx: locked.trx, isShut, standing, inForce, passwordChangedAt, address, locale }
}

/** What stands, for showing. */
export async function findInForce(db: Db | Trx, accountId: string): Promise<Measure | undefined> {
  const row = await db('measures').where({ account_id: accountId, state: 'in-force' }).first()
  return row && asMeasure(row)
}

export async function findMeasure(db: Db | Trx, id: string): Promise<Measure | undefined> {
  const row = /^\d{1,18}$/.test(id) ? await db('measures').where({ id }).first() : undefined
  return row && asMeasure(row)
}

/** Everything that was ever done or proposed about the account, newest first. */
export async function listMeasures(
  db: Db | Trx,
  accountId: string,
  limit = 50,
): Promise<Measure[]> {
  return (
    await db('measures').where({ account_id: accountId }).orderBy('id', 'desc').limit(limit)
  ).map(asMeasure)
}

/** Measures that wait for a second person, oldest first. @param notOf the member of staff who looks: measures on their own mailbox are left out */
export async function listProposals(db: Db, limit: number, notOf?: string): Promise<Measure[]> {
  const query = db('measures').where({ state: 'proposed' }).orderBy('id').limit(limit)
  if (notOf) query.whereNot({ account_id: notOf })
  return (await query).map(asMeasure)
}

/** How many this member of staff took alone since then. Others that they take at once wait for the caller's transaction. */
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

/** @returns undefined where another proposal for the account waits already */
export async function insertMeasure(
  trx: AccountTrx,
  measure: Pick<Measure, 'accountId' | 'caseId' | 'measure' | 'cause' | 'until'> & {
    readonly staffId: string
    readonly taken: boolean
    readonly at: Date
  },
): Promise<Measure | undefined> {
  const { rows } = await trx.raw(
    `insert into measures (account_id, case_id, measure, cause, until, state, proposed_by, proposed_at, taken_at)
     values (:accountId, :caseId, :measure, :cause, :until, :state, :staffId, :at, :takenAt)
     on conflict (account_id) where state = 'proposed' do nothing returning *`,
    {
      ...measure,
      state: measure.taken ? 'in-force' : 'proposed',
      takenAt: measure.taken ? measure.at : null,
    },
  )
  return rows[0] && asMeasure(rows[0])
}

// Security: who proposed a measure never decides on it.
/** Puts a proposal into force. Undefined where it waits no more, or the same person proposed it. */
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

/** Undefined where it waits no more. Who proposed it may take it back. */
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
      approved_by: trx.raw('case when proposed_by = ? then null else ?::uuid end', [
        staffId,
        staffId,
      ]),
    })
    .returning('*')
  return row && asMeasure(row)
}

/** Ends it once; undefined where it was ended meanwhile. */
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

/** Ends the measure that demanded a new password, now that there is one; undefined where none does. */
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

/** Whether the abuse desk limits what the mailbox sends. */
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

/** Measures whose time is over. */
export async function findExpired(db: Db, now: Date, limit: number): Promise<Measure[]> {
  const rows = await db('measures')
    .where({ state: 'in-force' })
    .where('until', '<=', now)
    .orderBy('until')
    .limit(limit)
  return rows.map(asMeasure)
}

/** What the portal itself keeps its holder from. @param door.newEpoch true ends whatever was begun before */
export async function setPortalAccess(
  trx: AccountTrx,
  accountId: string,
  door: {
    blockedAt: Date | null
    reason: string | null
    resetDemandedAt: Date | null
    newEpoch: boolean
  },
): Promise<void> {
  await trx('accounts')
    .where({ id: accountId })
    .update({
      blocked_at: door.blockedAt,
      block_reason: door.reason,
      reset_demanded_at: door.resetDemandedAt,
      ...(door.newEpoch ? { epoch: trx.raw('epoch + 1') } : {}),
    })
}

/** Which revision of the wanted mailbox carries the measure. */
export async function noteRevision(trx: AccountTrx, id: string, revision: number): Promise<void> {
  await trx('measures').where({ id }).update({ mailbox_revision: revision })
}

/** After a mailbox was brought to the wanted state: when its measures came into effect there. */
export async function noteEffect(db: Db, accountId: string): Promise<void> {
  await db.raw(
    `update measures m set effective_at = b.applied_at from mailboxes b
     where m.account_id = ? and b.account_id = m.account_id and m.effective_at is null and m.taken_at is not null
       and m.mailbox_revision is not null and b.applied_revision >= m.mailbox_revision`,
    [accountId],
  )
}
