// Locks an account and reads what restricts it now.
import type { Db, Trx } from '#db/connection.ts'
import { type AccountTrx, lockAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { findInForce, type Measure } from './measure-store.ts'
import { type Standing, standingOf } from './measures.ts'

export interface StandingAccount {
  readonly trx: AccountTrx
  /** Nobody can sign in, or only after a new password. */
  readonly isShut: boolean
  readonly standing: Standing
  readonly inForce: Measure | undefined
  readonly passwordChangedAt: Date
  readonly address: string
  readonly locale: string | null
}

/** A lock lets the account's measures change one after the other. Undefined if it is closed. */
export async function lockStanding(
  trx: Trx,
  accountId: string,
): Promise<StandingAccount | undefined> {
  const locked = await lockAccountAsItStands(trx, accountId)
  if (!locked || locked.account.closedAt) return undefined
  const { account } = locked
  const inForce = await findInForce(trx, accountId)
  return {
    trx: locked.trx,
    isShut: account.blockedAt !== null || account.resetDemandedAt !== null,
    standing: standingOf(inForce),
    inForce,
    passwordChangedAt: account.passwordChangedAt,
    address: account.address,
    locale: account.locale,
  }
}

export async function hasMeasureInForce(db: Db | Trx, caseId: string): Promise<boolean> {
  const row = await db('measures').where({ case_id: caseId, state: 'in-force' }).first('id')
  return row !== undefined
}
