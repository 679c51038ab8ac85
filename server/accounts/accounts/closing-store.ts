// How an account is left: it is being closed for some days, and then it is closed for good.
import type { Db } from '#db/connection.ts'
import type { AccountTrx } from './change-account.ts'

/** Begins a new epoch: whatever proved something before opens nothing now. */
export async function beginClosing(
  trx: AccountTrx,
  id: string,
  closing: { readonly at: Date; readonly until: Date },
): Promise<void> {
  await trx('accounts')
    .where({ id })
    .update({ closing_at: closing.at, closes_at: closing.until, epoch: trx.raw('epoch + 1') })
}

/** Begins no epoch: a recovery that ends a closing has begun one. */
export async function endClosing(trx: AccountTrx, id: string): Promise<void> {
  await trx('accounts').where({ id }).update({ closing_at: null, closes_at: null })
}

/** False if it is not being closed. */
export async function moveClosing(trx: AccountTrx, id: string, until: Date): Promise<boolean> {
  const closing = trx('accounts').where({ id }).whereNotNull('closing_at')
  return (await closing.update({ closes_at: until })) === 1
}

export async function listDueClosings(db: Db, at: Date, limit: number): Promise<string[]> {
  return await db('accounts')
    .where('closes_at', '<=', at)
    .orderBy('closes_at')
    .limit(limit)
    .pluck('id')
}

/** Overwrites the verifier too, so that no password opens the account any more. */
export async function closeAccount(trx: AccountTrx, id: string, at: Date): Promise<void> {
  await trx('accounts').where({ id }).update({
    closed_at: at,
    closing_at: null,
    closes_at: null,
    probation_until: null,
    password_verifier: 'closed',
    display_name: null,
  })
}
