// “This device is mine”.
import type { AccountTrx } from '../accounts/change-account.ts'

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
