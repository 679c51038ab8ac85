import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { setPortalAccess, setRecovered } from './measure-store.ts'

/** A good recovery lifts the measure that demanded it, in the transaction in which the new password is set. Its notices tell the owner. */
export async function endDemandedReset(
  trx: AccountTrx,
  { keyring }: { readonly keyring: Keyring },
  accountId: string,
  at: Date,
): Promise<void> {
  const measure = await setRecovered(trx, accountId, at)
  if (!measure) return
  await setPortalAccess(trx, accountId, {
    blockedAt: null,
    reason: null,
    resetDemandedAt: null,
    newEpoch: false,
  })
  await wantMailboxSuspension(trx, { accountId, suspension: 'none', at })
  await recordActivity(trx, keyring, { accountId, event: 'account.unblocked', details: {}, at })
  const { caseId } = measure
  const details = { measure: measure.measure, reason: 'recovered' }
  if (caseId)
    await insertTimelineEntry(trx, keyring, {
      caseId,
      event: 'measure-ended',
      details,
      staffId: null,
      at,
    })
}
