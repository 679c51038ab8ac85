// Measures that end although nobody lifts them.
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { setPortalAccess } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Closing } from '#server/accounts/life/account-life.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { findInForce, type Measure, setEnded, setRecovered } from './measure-store.ts'

async function noteEnd(
  trx: AccountTrx,
  { keyring }: { readonly keyring: Keyring },
  { caseId, measure }: Measure,
  end: { readonly reason: 'recovered' | 'closed'; readonly at: Date },
): Promise<void> {
  if (!caseId) return
  const { reason, at } = end
  await insertTimelineEntry(trx, keyring, {
    caseId,
    event: 'measure-ended',
    details: { measure, reason },
    staffId: null,
    at,
  })
}

/** Nobody could lift the measure of a closed account, and its own end would never come. */
export async function endWithAccount(
  trx: AccountTrx,
  parts: { readonly keyring: Keyring },
  { accountId, at }: Closing,
): Promise<void> {
  const measure = await findInForce(trx, accountId)
  if (!measure) return
  await setEnded(trx, measure.id, {
    reason: 'closed',
    staffId: null,
    at,
  })
  await noteEnd(trx, parts, measure, { reason: 'closed', at })
}

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
  await noteEnd(trx, { keyring }, measure, { reason: 'recovered', at })
}
