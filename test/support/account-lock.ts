// How tests reach the tables of an account.
import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'

/** What a desk, an operator or a worker would do: through the account's door, whatever its state. */
export const underLock = <T>(
  db: Db,
  accountId: string,
  work: (trx: AccountTrx) => Promise<T>,
): Promise<T> => changeAccountAsItStands(db, accountId, work)

/** For what a test makes by hand, below the verbs: the only place that passes the door without going through it. */
export const withoutLock = <T>(db: Db, work: (trx: AccountTrx) => Promise<T>): Promise<T> =>
  db.transaction((trx) => work(trx as AccountTrx))

/** A proof of this moment. */
export async function proofNow(db: Db, accountId: string): Promise<AccountProof> {
  const { epoch } = await db('accounts').where({ id: accountId }).first('epoch')
  return { accountId, epoch }
}
