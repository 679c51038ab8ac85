import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { setPortalAccess } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { setRecovered } from './measure-store.ts'

/** A recovery ends the measure that demanded it. Its own notices are enough for the owner. */
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
  if (caseId)
    await insertTimelineEntry(trx, keyring, {
      caseId,
      event: 'measure-ended',
      details: { measure: measure.measure, reason: 'recovered' },
      staffId: null,
      at,
    })
}
