import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerMinute } from '#server/core/durations.ts'
import type { Task } from '#server/kit/jobs/worker.ts'
import { findUnappliedMailboxes } from './store.ts'
import { enqueueConvergence } from './want-mailbox.ts'

const afterMinutes = 10
const atOnce = 1000

/** Enqueues a job for mailboxes that waited too long: their own may be lost. */
export function sweepMailboxesTask({ db, clock }: { db: Db; clock: Clock }): Task {
  return async () => {
    const since = new Date(clock.now().getTime() - afterMinutes * msPerMinute)
    for (const accountId of await findUnappliedMailboxes(db, since, atOnce)) {
      await db.transaction((trx) => enqueueConvergence(trx, accountId))
    }
  }
}
