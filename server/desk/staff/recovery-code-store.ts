// The recovery codes of staff. Only their digests are kept.
import type { Db } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'

export async function keepRecoveryCodes(
  trx: AccountTrx,
  accountId: string,
  digests: readonly Buffer[],
  at: Date,
): Promise<void> {
  await trx('staff_recovery_codes').where({ account_id: accountId }).delete()
  await trx('staff_recovery_codes').insert(
    digests.map((digest) => ({ account_id: accountId, digest, made_at: at })),
  )
}

/**
 * Security: A recovery code works once.
 * @param digests of one code, under every listed key
 */
export async function spendRecoveryCode(
  trx: AccountTrx,
  accountId: string,
  digests: readonly Buffer[],
  at: Date,
): Promise<boolean> {
  const changed = await trx('staff_recovery_codes')
    .where({ account_id: accountId })
    .whereIn('digest', [...digests])
    .whereNull('used_at')
    .update({ used_at: at })
  return changed === 1
}

export async function countRecoveryCodes(db: Db, accountId: string): Promise<number> {
  const row = await db('staff_recovery_codes')
    .where({ account_id: accountId })
    .whereNull('used_at')
    .count('* as left')
    .first()
  return Number(row?.left ?? 0)
}
