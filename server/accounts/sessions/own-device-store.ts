// “This device is mine”.
import type { Db } from '#db/connection.ts'
import type { AccountTrx } from '../accounts/change-account.ts'

/** False for staff: no mark makes their sessions longer. */
export async function mayMarkAsMine(db: Db, accountId: string): Promise<boolean> {
  const role = await db('staff_roles').where({ account_id: accountId }).first('role')
  return role === undefined
}

/** @returns false if it was marked before, or has ended */
export async function markAsMine(trx: AccountTrx, idDigest: Buffer): Promise<boolean> {
  const changed = await trx('sessions')
    .where({ id_digest: idDigest })
    .whereRaw(`data ->> 'isMine' is distinct from 'true'`)
    .update({ data: trx.raw(`data || '{"isMine": true}'`) })
  return changed > 0
}

export async function forgetDevice(
  trx: AccountTrx,
  accountId: string,
  deviceDigest: Buffer,
): Promise<void> {
  await trx('known_devices').where({ account_id: accountId, device_digest: deviceDigest }).delete()
}
