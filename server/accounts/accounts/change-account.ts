// An account changes under the lock of its row, after its proof was checked.
// Why: docs/decisions/0010-one-epoch-for-every-proof.md.

import type { Db, Trx } from '#db/connection.ts'
import { StaleProof } from '#server/core/faults.ts'

/** A proof that somebody owns the account. A new epoch ends every proof but a contact's link. */
export interface AccountProof {
  readonly accountId: string
  readonly epoch: number
  /** SHA-256 of the session's id if the proof is a session. That session must still exist. */
  readonly session?: Buffer
  /** True for the undo link of a contact: a reset by a weaker proof leaves it alive. */
  readonly isContactLink?: boolean
}

export const firstEpoch = 1

export interface LockedAccount {
  readonly id: string
  readonly address: string
  readonly locale: string | null
  readonly epoch: number
  /** Undo links of contacts work if they were made in this epoch or later. */
  readonly linksEpoch: number
  readonly probationUntil: Date | null
  readonly passwordChangedAt: Date
  readonly blockedAt: Date | null
  /** Since when its owner closes it. The owner can still keep it. */
  readonly closingAt: Date | null
  readonly closesAt: Date | null
  readonly closedAt: Date | null
  readonly resetDemandedAt: Date | null
}

declare const locked: unique symbol

/** A transaction that holds the account's lock. Writers of its rows demand it. */
export type AccountTrx = Trx & { readonly [locked]: true }

export type AccountLock =
  | { readonly kind: 'locked'; readonly trx: AccountTrx; readonly account: LockedAccount }
  | { readonly kind: 'stale' }

const stale: AccountLock = { kind: 'stale' }

async function lockRow(trx: Trx, accountId: string): Promise<LockedAccount | undefined> {
  const { rows } = await trx
    .raw(
      `select id, address, locale, epoch, links_epoch as "linksEpoch",
         probation_until as "probationUntil", password_changed_at as "passwordChangedAt",
         blocked_at as "blockedAt", closing_at as "closingAt",
         closes_at as "closesAt", closed_at as "closedAt",
         reset_demanded_at as "resetDemandedAt"
       from accounts where id = ? for no key update`,
      [accountId],
    )
    .options({ name: 'lock-account' })
  return rows[0]
}

/**
 * A step of a statement that locks an open account in the given epoch. It waits while another
 * transaction changes the account. Bindings: `:accountId`, `:epoch`.
 */
export const lockOpenAccountSql = `
  select id from accounts
  where id = :accountId and epoch = :epoch
    and blocked_at is null and closing_at is null and closed_at is null
    and reset_demanded_at is null
  for no key update`

const isOfNow = ({ epoch, isContactLink }: AccountProof, account: LockedAccount): boolean =>
  isContactLink ? epoch >= account.linksEpoch : epoch === account.epoch

async function isSessionAlive(
  trx: Trx,
  session: Buffer,
  { id, epoch }: LockedAccount,
): Promise<boolean> {
  const row = await trx('sessions')
    .where({ id_digest: session, account_id: id, epoch })
    .first('account_id')
  return row !== undefined
}

/**
 * Locks the account's row until the transaction ends, so that its changes happen one at a time.
 * Security: A proof of an earlier epoch or for a shut account changes nothing.
 * @param comingBack `allowed` for what an owner comes back by: recovery, undo, keeping a mailbox.
 *   It works in spite of a demanded reset and of a closing.
 */
export async function lockAccount(
  trx: Trx,
  proof: AccountProof,
  comingBack?: 'allowed',
): Promise<AccountLock> {
  const account = await lockRow(trx, proof.accountId)
  if (!account || !isOfNow(proof, account)) return stale
  if (account.blockedAt || account.closedAt) return stale
  const isLeft = account.resetDemandedAt ?? account.closingAt
  if (isLeft && comingBack !== 'allowed') return stale
  if (proof.session && !(await isSessionAlive(trx, proof.session, account))) return stale
  return { kind: 'locked', trx: trx as AccountTrx, account }
}

/** Locks the account in any state, for the desk, an operator or a worker. */
export async function lockAccountAsItStands(
  trx: Trx,
  accountId: string,
): Promise<Extract<AccountLock, { kind: 'locked' }> | undefined> {
  const account = await lockRow(trx, accountId)
  return account && { kind: 'locked', trx: trx as AccountTrx, account }
}

/** Locks in a fixed order, so that two staff members who act on each other never deadlock. */
export async function lockBoth(trx: Trx, one: string, other: string): Promise<void> {
  for (const accountId of [one, other].sort()) await lockRow(trx, accountId)
}

/** Like `changeAccount`, for a change that needs no proof by the owner. */
export async function changeAccountAsItStands<Outcome>(
  db: Db,
  accountId: string,
  change: (trx: AccountTrx, account: LockedAccount) => Promise<Outcome>,
): Promise<Outcome> {
  return await db.transaction(async (trx) => {
    const lock = await lockAccountAsItStands(trx, accountId)
    if (!lock) throw new Error('no such account')
    return await change(lock.trx, lock.account)
  })
}

/** Opens a transaction of its own. @throws StaleProof */
export async function changeAccount<Outcome>(
  db: Db,
  proof: AccountProof,
  change: (trx: AccountTrx, account: LockedAccount) => Promise<Outcome>,
): Promise<Outcome> {
  return await db.transaction(async (trx) => {
    const lock = await lockAccount(trx, proof)
    if (lock.kind === 'stale') throw new StaleProof()
    return await change(lock.trx, lock.account)
  })
}

/** Checks that the proof still counts, and changes nothing. @throws StaleProof */
export const requireProof = (db: Db, proof: AccountProof): Promise<void> =>
  changeAccount(db, proof, async () => {})
