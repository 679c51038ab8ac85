import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { AccessParts } from '../parts.ts'

export async function signOut(
  parts: Pick<AccessParts, 'db' | 'clock' | 'keyring' | 'recordStaffSignOut'>,
  accountId: string,
  client: ClientInfo,
  session: Buffer,
): Promise<void> {
  const { db, clock, keyring } = parts
  const at = clock.now()
  const event = 'sign-out.succeeded'
  await db.transaction(async (trx) => {
    await recordActivity(trx, keyring, { accountId, event, details: {}, at, client })
    await parts.recordStaffSignOut(trx, { staffId: accountId, session, at })
  })
}
