import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keyring.ts'
import { openPayload, sealPayload } from './payload.ts'
import { replacePayload, selectMessagesUnderOldKeys } from './store.ts'

/**
 * Moves up to `limit` messages that wait from older keys to the newest one.
 * @returns how many were under an older key; 0 when all is done
 */
export async function rekeyMessages(trx: Trx, keyring: Keyring, limit: number): Promise<number> {
  const rows = await selectMessagesUnderOldKeys(trx, keyring.newestKeyId, limit)
  for (const { id, payload } of rows) await replacePayload(trx, id, sealPayload(keyring, openPayload(keyring, payload)))
  return rows.length
}
