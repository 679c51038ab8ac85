// The owner of an account objects to a measure, once: "This is a mistake".
import { lockAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { openSignedToken } from '#server/core/keys/signed-token.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { appealPurpose } from '../measures/apply-measure.ts'
import { findMeasure, type Measure } from '../measures/measure-store.ts'
import { measureRows } from '../measures/measures.ts'
import { notifyOwner } from '../measures/notify-owner.ts'
import { newReference } from '../reports/reference.ts'
import { type Appeal, findAppealOf, insertAppeal } from './appeal-store.ts'

export type OpenedAppeal =
  | {
      readonly kind: 'open'
      readonly measure: Measure
      readonly address: string
      readonly until: Date
    }
  | { readonly kind: 'made'; readonly appeal: Appeal; readonly measure: Measure }
  /** The measure or the time to appeal is over. */
  | { readonly kind: 'ended' | 'too-late'; readonly measure: Measure }
  | { readonly kind: 'dead' }
  /** Our link, of a measure that was deleted. */
  | { readonly kind: 'gone' }

export const appealUntil = (settings: { readonly appealDays: number }, takenAt: Date): Date =>
  new Date(takenAt.getTime() + settings.appealDays * msPerDay)

/** @param token from the link in the notice or on the page of the block */
export async function openAppeal(parts: DeskParts, token: unknown): Promise<OpenedAppeal> {
  const { db, keyring, settings, clock } = parts
  const id = openSignedToken(keyring, appealPurpose, token)
  if (id === undefined) return { kind: 'dead' }
  const measure = await findMeasure(db, id)
  if (!measure?.takenAt) return { kind: 'gone' }
  const appeal = await findAppealOf(db, keyring, measure.id)
  if (appeal) return { kind: 'made', appeal, measure }
  if (measure.state !== 'in-force') return { kind: 'ended', measure }
  const until = appealUntil(settings, measure.takenAt)
  if (until <= clock.now()) return { kind: 'too-late', measure }
  const account = await findAccount(db, measure.accountId)
  const isThere = account && !account.closedAt
  return isThere ? { kind: 'open', measure, address: account.address, until } : { kind: 'gone' }
}

/** If two clicks arrive at once, one makes the appeal and both get the same answer. */
export async function makeAppeal(
  parts: DeskParts,
  token: unknown,
  text: string,
): Promise<OpenedAppeal> {
  const opened = await openAppeal(parts, token)
  if (opened.kind !== 'open') return opened
  const appeal = await recordAppeal(parts, opened.measure, text)
  if (!appeal) return await openAppeal(parts, token)
  return { kind: 'made', appeal, measure: opened.measure }
}

async function recordAppeal(
  parts: DeskParts,
  measure: Measure,
  text: string,
): Promise<Appeal | undefined> {
  const { keyring } = parts
  const { accountId, caseId } = measure
  const at = parts.clock.now()
  const reference = newReference('A')
  return await parts.db.transaction(async (trx) => {
    const lock = await lockAccountAsItStands(trx, accountId)
    if (!lock || lock.account.closedAt) return undefined
    const { account } = lock
    const appeal = await insertAppeal(trx, keyring, { reference, measureId: measure.id, text, at })
    if (!appeal) return undefined
    const details = { reference }
    if (caseId)
      await insertTimelineEntry(trx, keyring, {
        caseId,
        event: 'appeal-made',
        details,
        staffId: null,
        at,
      })
    await recordActivity(trx, keyring, { accountId, event: 'account.appealed', details, at })
    await notifyOwner(trx, parts, {
      account,
      suspension: measureRows[measure.measure].suspension,
      name: 'appeal-received',
      params: { mailbox: account.address, reference, at: at.toISOString() },
      key: `appeal:${appeal.id}`,
    })
    return appeal
  })
}
