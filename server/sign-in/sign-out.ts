import type { Db } from '#db/connection.ts'
import type { Trace } from '../activity/events.ts'
import { recordActivity } from '../activity/store.ts'
import type { Clock } from '../core/clock.ts'
import type { Keyring } from '../core/keyring.ts'

export async function signOut(
  { db, clock, keyring }: { db: Db; clock: Clock; keyring: Keyring },
  accountId: string,
  trace: Trace,
): Promise<void> {
  await db.transaction((trx) =>
    recordActivity(trx, keyring, { accountId, event: 'sign-out.succeeded', details: {}, at: clock.now(), trace }),
  )
}
