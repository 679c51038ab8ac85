// How tests reach the tables that are written only under an account's lock.
import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'

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
