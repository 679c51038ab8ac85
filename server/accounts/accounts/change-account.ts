// The one door to an account: a change locks its row, and the proof behind it must be of the present epoch.
// Why: docs/decisions/0010-one-epoch-for-every-proof.md.
import type { Db, Trx } from '#db/connection.ts'

/** What was shown for an account. It counts in the epoch in which it was made, and dies with it. */
export interface AccountProof {
  readonly accountId: string
  readonly epoch: number
  /** SHA-256 of the session's id, where the proof is a session: it must still be there. */
  readonly session?: Buffer
  /** A link "this was not me" that went to a contact. It outlives what weaker proofs begin, such as a reset by question. */
  readonly isContactLink?: boolean
}

/** In which every account begins. */
export const firstEpoch = 1

export interface LockedAccount {
  readonly id: string
  readonly address: string
  readonly locale: string | null
  readonly epoch: number
  /** From which on links that went to contacts are alive. */
  readonly linksEpoch: number
  readonly probationUntil: Date | null
  readonly passwordChangedAt: Date
  readonly blockedAt: Date | null
  readonly closedAt: Date | null
  readonly resetDemandedAt: Date | null
}

declare const locked: unique symbol

/** A transaction that has gone through the door. What writes an account's tables takes nothing else. */
export type AccountTrx = Trx & { readonly [locked]: true }

export type AccountLock =
  | { readonly kind: 'locked'; readonly trx: AccountTrx; readonly account: LockedAccount }
  /** The proof is worth nothing any more. Nothing was changed. */
  | { readonly kind: 'stale' }

/** A change came with a proof of an earlier epoch, or to an account that is closed to it. The web leads to sign-in. */
export class StaleProof extends Error {
  override readonly name = 'StaleProof'
  constructor() {
    super('the proof is of an earlier epoch')
  }
}

const stale: AccountLock = { kind: 'stale' }

async function lockRow(trx: Trx, accountId: string): Promise<LockedAccount | undefined> {
  const { rows } = await trx
    .raw(
      `select id, address, locale, epoch, links_epoch as "linksEpoch", probation_until as "probationUntil",
         password_changed_at as "passwordChangedAt", blocked_at as "blockedAt",
         closed_at as "closedAt", reset_demanded_at as "resetDemandedAt"
       from accounts where id = ? for no key update`,
      [accountId],
    )
    .options({ name: 'lock-account' })
  return rows[0]
}

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
 * Locks the account's row until the transaction ends, so that changes of one account come one after the other.
 * Security: a proof of an earlier epoch changes nothing, nor does one for a blocked or closed account.
 * @param demandedReset `allowed` for the new password that the desk demanded: nothing else passes before it
 */
export async function lockAccount(
  trx: Trx,
  proof: AccountProof,
  demandedReset?: 'allowed',
): Promise<AccountLock> {
  const account = await lockRow(trx, proof.accountId)
  if (!account || !isOfNow(proof, account)) return stale
  if (account.blockedAt || account.closedAt) return stale
  if (account.resetDemandedAt && demandedReset !== 'allowed') return stale
  if (proof.session && !(await isSessionAlive(trx, proof.session, account))) return stale
  return { kind: 'locked', trx: trx as AccountTrx, account }
}

/**
 * The same for what others do to the account as it stands: the desk, an operator, a worker.
 * @returns undefined where nobody has this id
 */
export async function lockAccountAsItStands(
  trx: Trx,
  accountId: string,
): Promise<Extract<AccountLock, { kind: 'locked' }> | undefined> {
  const account = await lockRow(trx, accountId)
  return account && { kind: 'locked', trx: trx as AccountTrx, account }
}

/**
 * Locks two accounts in an order that is the same for everybody: two people of the staff who act on each other at once wait for each other.
 * Says nothing about either; their doors are locked afterwards.
 */
export async function lockBoth(trx: Trx, one: string, other: string): Promise<void> {
  for (const accountId of [one, other].sort()) await lockRow(trx, accountId)
}

/** As `changeAccount`, for what others do to an account of which they know that it exists. */
export async function changeAccountAsItStands<Outcome>(
  db: Db,
  accountId: string,
  change: (trx: AccountTrx, account: LockedAccount) => Promise<Outcome>,
): Promise<Outcome> {
  return await db.transaction(async (trx) => {
    const locked = await lockAccountAsItStands(trx, accountId)
    if (!locked) throw new Error('no such account')
    return await change(locked.trx, locked.account)
  })
}

/**
 * Changes something of an account in a transaction of its own.
 * @throws StaleProof
 */
export async function changeAccount<Outcome>(
  db: Db,
  proof: AccountProof,
  change: (trx: AccountTrx, account: LockedAccount) => Promise<Outcome>,
): Promise<Outcome> {
  return await db.transaction(async (trx) => {
    const locked = await lockAccount(trx, proof)
    if (locked.kind === 'stale') throw new StaleProof()
    return await change(locked.trx, locked.account)
  })
}

/** Where nothing is to be changed, and what is shown is not for a proof of an earlier epoch. @throws StaleProof */
export const requireProof = (db: Db, proof: AccountProof): Promise<void> =>
  changeAccount(db, proof, async () => {})
