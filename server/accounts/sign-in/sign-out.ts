import type { Db } from '#db/connection.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { recordAudit } from '#server/desk/audit/store.ts'
import { recordActivity } from '../activity/store.ts'

export async function signOut(
  { db, clock, keyring }: { db: Db; clock: Clock; keyring: Keyring },
  accountId: string,
  client: ClientInfo,
  /** Out of the staff pages too. */
  fromStaff: boolean,
): Promise<void> {
  const at = clock.now()
  await db.transaction(async (trx) => {
    await recordActivity(trx, keyring, {
      accountId,
      event: 'sign-out.succeeded',
      details: {},
      at,
      client,
    })
    if (fromStaff)
      await recordAudit(trx, keyring, {
        staffId: accountId,
        action: 'staff.signed-out',
        details: {},
        at,
      })
  })
}
