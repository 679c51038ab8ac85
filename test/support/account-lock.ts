// How tests reach the tables that are written only under an account's lock.
import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { setPortalAccess } from '#server/accounts/accounts/store.ts'

/** Works under the lock of an account in any state. */
export const underLock = <T>(
  db: Db,
  accountId: string,
  work: (trx: AccountTrx) => Promise<T>,
): Promise<T> => changeAccountAsItStands(db, accountId, work)

/** For rows that a test makes by hand. Nothing else may call itself locked without the lock. */
export const withoutLock = <T>(db: Db, work: (trx: AccountTrx) => Promise<T>): Promise<T> =>
  db.transaction((trx) => work(trx as AccountTrx))

export async function proofNow(db: Db, accountId: string): Promise<AccountProof> {
  const { epoch } = await db('accounts').where({ id: accountId }).first('epoch')
  return { accountId, epoch }
}

const setBlocked = (trx: AccountTrx, id: string, at: Date | null): Promise<void> =>
  setPortalAccess(trx, id, {
    blockedAt: at,
    reason: at && 'measure',
    resetDemandedAt: null,
    newEpoch: true,
  })

/** Shuts an account as a measure does, without a measure. */
export async function blockAccount(trx: AccountTrx, id: string, at: Date): Promise<true> {
  await setBlocked(trx, id, at)
  return true
}

export async function unblockAccount(trx: AccountTrx, id: string): Promise<true> {
  await setBlocked(trx, id, null)
  return true
}
