// The codes of an account's printed sheet, kept as digests.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'

export interface Sheet {
  readonly madeAt: Date
  readonly left: number
  readonly lastUsedAt: Date | undefined
  readonly doubtful: boolean
}

export async function findSheet(db: Db | Trx, accountId: string): Promise<Sheet | undefined> {
  const { rows } = await db.raw(
    `select max(made_at) as "madeAt", max(used_at) as "lastUsedAt",
       count(*) filter (where used_at is null)::int as left,
       bool_or(doubtful_at is not null) as doubtful
     from printed_codes where account_id = :accountId having count(*) > 0`,
    { accountId },
  )
  const [row] = rows
  return row && { ...row, lastUsedAt: row.lastUsedAt ?? undefined }
}

/** Whether the sheet has this code, unused and not in doubt. */
export async function hasCode(db: Db | Trx, accountId: string, digest: Buffer): Promise<boolean> {
  const found = await db('printed_codes')
    .where({ account_id: accountId, digest, used_at: null, doubtful_at: null })
    .first('account_id')
  return found !== undefined
}

/** Replaces the old sheet. @returns `same` if the account has this sheet already */
export async function putSheet(
  trx: AccountTrx,
  accountId: string,
  digests: readonly Buffer[],
  at: Date,
): Promise<'added' | 'changed' | 'same'> {
  const same = await trx('printed_codes')
    .where({ account_id: accountId })
    .whereIn('digest', [...digests])
    .first('account_id')
  if (same) return 'same'
  const removed = await trx('printed_codes').where({ account_id: accountId }).delete()
  await trx('printed_codes').insert(
    digests.map((digest) => ({ account_id: accountId, digest, made_at: at })),
  )
  return removed > 0 ? 'changed' : 'added'
}

export async function removeSheet(trx: AccountTrx, accountId: string): Promise<boolean> {
  return (await trx('printed_codes').where({ account_id: accountId }).delete()) > 0
}

/** No code opens anything until the owner makes a new sheet. */
export async function markSheetDoubtful(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('printed_codes')
    .where({ account_id: accountId })
    .whereNull('doubtful_at')
    .update({ doubtful_at: at })
}

/**
 * Security: A printed code sets one new password.
 * @param spent.madeBefore a sheet made later proves nothing
 */
export async function spendCode(
  trx: AccountTrx,
  accountId: string,
  spent: { readonly digest: Buffer; readonly madeBefore: Date; readonly at: Date },
): Promise<boolean> {
  const changed = await trx('printed_codes')
    .where({ account_id: accountId, digest: spent.digest, used_at: null, doubtful_at: null })
    .where('made_at', '<=', spent.madeBefore)
    .update({ used_at: spent.at })
  return changed === 1
}
