// What follows from a measure and from its end: portal access, mailbox, sessions, notices.

import { beginDaysAgain } from '#server/access/closing/close-mailbox.ts'
import { setPortalAccess } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { correctOutcome } from '../cases/joining/correct-outcome.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { endWarning, warnOwner } from '../strikes/warn-owner.ts'
import { type Measure, noteRevision, setEnded } from './measure-store.ts'
import { type EndReason, measureRows, restricts } from './measures.ts'
import { notifyOwner } from './notify-owner.ts'
import type { StandingAccount } from './standing-store.ts'

export const appealPurpose = 'abuse.appeal'
export const expireTask = 'measure:expire'

interface Taken {
  readonly measure: Measure
  readonly before: StandingAccount
  readonly staffId: string | null
  /** The word that an operator keeps with the block. */
  readonly word?: string | undefined
  readonly at: Date
}

/** Gives portal, mailbox and sessions the state that the measure demands. Notifies the owner. */
export async function applyMeasure(
  parts: DeskParts,
  { measure, before, staffId, word = 'measure', at }: Taken,
): Promise<void> {
  const { trx } = before
  const row = measureRows[measure.measure]
  const { accountId } = measure
  const newEpoch = row.endsSessions || before.isShut
  await setPortalAccess(trx, accountId, {
    blockedAt: row.portal === 'blocked' ? at : null,
    reason: row.portal === 'blocked' ? word : null,
    resetDemandedAt: row.portal === 'reset' ? at : null,
    newEpoch,
  })
  if (before.isShut && row.portal === 'open') await beginDaysAgain(trx, parts, accountId, at)
  await parts.life.block(trx, {
    accountId,
    at,
    suspension: row.suspension,
    beginsEpoch: newEpoch,
    endsSessions: row.endsSessions,
    forgetsDevices: row.portal === 'reset',
    revokesAppPasswords: row.revokesAppPasswords,
    holdsFilters: row.holdsFilters,
  })
  const progress = await findMailboxProgress(trx, accountId)
  if (progress) await noteRevision(trx, measure.id, progress.revision)
  if (measure.until)
    await enqueue(trx, expireTask, { measureId: measure.id }, { runAt: measure.until })
  await tellOfMeasure(parts, measure, before, at)
  const { caseId } = measure
  if (!caseId) return
  await insertTimelineEntry(trx, parts.keyring, {
    caseId,
    event: 'measure-taken',
    details: { measure: measure.measure, cause: measure.cause },
    staffId,
    at,
  })
  await correctOutcome(trx, parts, { caseId, staffId, at })
}

async function tellOfMeasure(
  parts: DeskParts,
  measure: Measure,
  account: StandingAccount,
  at: Date,
): Promise<void> {
  const { accountId, cause } = measure
  const { trx, address: mailbox } = account
  const { extent, suspension } = measureRows[measure.measure]
  const appealToken = signToken(parts.keyring, appealPurpose, measure.id)
  if (extent === 'warned') return await warnOwner(parts, { measure, account, at, appealToken })
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'account.restricted',
    details: { extent, cause },
    at,
  })
  await notifyOwner(trx, parts, {
    account: { id: accountId, ...account },
    suspension,
    name: 'account-blocked',
    params: {
      mailbox,
      at: at.toISOString(),
      extent,
      cause,
      until: measure.until?.toISOString() ?? null,
      appealToken,
    },
    key: `measure:${measure.id}`,
  })
}

/**
 * Ends a measure and opens what it closed. `replaced` opens nothing: the next measure decides that.
 * @returns false if it was ended meanwhile
 */
export async function endMeasure(
  parts: DeskParts,
  how: {
    measure: Measure
    account: StandingAccount
    reason: EndReason
    staffId: string | null
    at: Date
  },
): Promise<boolean> {
  const { measure, account, reason, staffId, at } = how
  const { trx } = account
  if (!(await setEnded(trx, measure.id, { reason, staffId, at }))) return false
  if (measure.caseId)
    await insertTimelineEntry(trx, parts.keyring, {
      caseId: measure.caseId,
      event: 'measure-ended',
      details: { measure: measure.measure, reason },
      staffId,
      at,
    })
  if (reason === 'replaced') return true
  if (!restricts(measure)) {
    await endWarning(parts, { measure, account, at, reason })
    return true
  }
  const { accountId } = measure
  const newEpoch = account.isShut
  await setPortalAccess(trx, accountId, {
    blockedAt: null,
    reason: null,
    resetDemandedAt: null,
    newEpoch,
  })
  if (account.isShut) await beginDaysAgain(trx, parts, accountId, at)
  await wantMailboxSuspension(trx, { accountId, suspension: 'none', at })
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'account.unblocked',
    details: {},
    at,
  })
  await notifyOwner(trx, parts, {
    account: { id: accountId, ...account },
    suspension: 'none',
    name: 'account-unblocked',
    params: { mailbox: account.address, at: at.toISOString() },
    key: `measure-ended:${measure.id}`,
  })
  return true
}
