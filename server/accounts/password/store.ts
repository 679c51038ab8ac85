import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '../accounts/change-account.ts'
import { type NewVerifier, replaceVerifier } from '../accounts/store.ts'

/** How many replaced passwords an account keeps: the nine oldest and the last one. */
const rememberedPasswords = 10

// Security: A recovery refuses an earlier password, however often it was changed.
// The oldest stay, so that a stranger cannot push out the owner's password by many changes.
async function rememberPassword(trx: AccountTrx, id: string, at: Date): Promise<void> {
  await trx.raw(
    `delete from replaced_passwords where ctid in (
       select ctid from replaced_passwords
       where account_id = :id order by replaced_at offset :kept)`,
    { id, kept: rememberedPasswords - 1 },
  )
  await trx.raw(
    `insert into replaced_passwords (account_id, verifier, replaced_at)
     select id, password_verifier, :at from accounts where id = :id`,
    { id, at },
  )
}

/** @returns the new epoch */
export async function setPassword(
  trx: AccountTrx,
  id: string,
  change: NewVerifier,
): Promise<number> {
  await rememberPassword(trx, id, change.at)
  return await replaceVerifier(trx, id, change)
}

export async function findVerifier(db: Db | Trx, id: string): Promise<string | undefined> {
  const row = await db('accounts').where({ id }).first('password_verifier')
  return row?.password_verifier ?? undefined
}

export async function listReplacedVerifiers(
  db: Db | Trx,
  id: string,
  since: Date,
): Promise<string[]> {
  return await db('replaced_passwords')
    .where({ account_id: id })
    .where('replaced_at', '>', since)
    .orderBy('replaced_at')
    .pluck('verifier')
}

/** Deletes at most `limit` replaced verifiers, and returns how many. */
export async function deleteOldVerifiers(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from replaced_passwords where ctid in (
       select ctid from replaced_passwords where replaced_at < ? limit ?)`,
    [before, limit],
  )
  return rowCount
}
