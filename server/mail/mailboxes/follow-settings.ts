// Adapts existing mailboxes to a changed APP_PASSWORDS_ONLY.
import type { Db } from '#db/connection.ts'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Task } from '#server/kit/jobs/worker.ts'
import { reviseMainPasswordUse } from './revise-store.ts'
import { listMailboxesWithMainPassword } from './store.ts'
import { enqueueConvergence } from './want-mailbox.ts'

export interface FollowParts {
  readonly db: Db
  readonly clock: Clock
  readonly settings: { readonly appPasswordsOnly: boolean }
}

/** Each change makes mail programs reconnect, so a run changes only so many. */
const atOnce = 1000

export function followSettingsTask({ db, clock, settings }: FollowParts): Task {
  return async () => {
    const opensMail = !settings.appPasswordsOnly
    for (const accountId of await listMailboxesWithMainPassword(db, !opensMail, atOnce)) {
      await changeAccountAsItStands(db, accountId, async (trx) => {
        if (await reviseMainPasswordUse(trx, accountId, opensMail, clock.now()))
          await enqueueConvergence(trx, accountId)
      })
    }
  }
}
