// The owner leaves: the mailbox is shut at once, and ends for good some days later.
import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
  type LockedAccount,
} from '#server/accounts/accounts/change-account.ts'
import { beginClosing, moveClosing } from '#server/accounts/accounts/closing-store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { endSessions } from '#server/accounts/sessions/store.ts'
import { type ClientInfo, noClient } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { wantMailboxClosing } from '#server/mail/mailboxes/want-mailbox.ts'
import { type NoticeParts, notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import type { RecoveryMethods } from '#server/recovery/methods/methods.ts'
import type { AccessParts } from '../parts.ts'
import type { ClosingSettings } from './settings.ts'

export interface ClosingParts extends NoticeParts {
  readonly db: Db
  readonly clock: Clock
  readonly methods: RecoveryMethods
  readonly settings: NoticeParts['settings'] & ClosingSettings
}

export const endTask = 'closing:end'
export const remindTask = 'closing:remind'

/** The share of the days after which the contacts are told once more. */
const remindedAfter = 0.9

export interface Closing {
  readonly at: Date
  readonly by: 'owner' | 'operator'
  /** Whether phone and backup address leave the account now, free for another mailbox. */
  readonly freesContacts: boolean
  readonly client?: ClientInfo
}

export const closingEnd = (parts: { readonly settings: ClosingSettings }, at: Date): Date =>
  new Date(at.getTime() + parts.settings.closingDays * msPerDay)

/** A removed contact is told so, with a link that brings it back to the account. */
async function freeContacts(
  trx: AccountTrx,
  parts: ClosingParts,
  accountId: string,
  { at, client = noClient }: Closing,
): Promise<void> {
  for (const old of await parts.methods.contactsOf(trx, accountId)) {
    const method = old.kind
    const event = `${method}.removed` as const
    await parts.methods.byId(method).remove(trx, accountId, at)
    await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, client })
    const notice = { accountId, name: 'recovery-method-removed', params: { method } } as const
    await notifyOwner(trx, parts, { ...notice, change: event, at, client, old })
  }
}

async function enqueueEnd(trx: AccountTrx, accountId: string, runAt: Date): Promise<void> {
  await enqueue(trx, endTask, { accountId }, { jobKey: `${endTask}:${accountId}`, runAt })
}

/** The end, and a word to the contacts shortly before it. */
async function enqueueDays(
  trx: AccountTrx,
  accountId: string,
  { at, until }: { readonly at: Date; readonly until: Date },
): Promise<void> {
  await enqueueEnd(trx, accountId, until)
  const runAt = new Date(at.getTime() + (until.getTime() - at.getTime()) * remindedAfter)
  await enqueue(trx, remindTask, { accountId }, { jobKey: `${remindTask}:${accountId}`, runAt })
}

export async function postponeEnd(
  trx: AccountTrx,
  accountId: string,
  days: { readonly at: Date; readonly until: Date },
): Promise<void> {
  if (await moveClosing(trx, accountId, days.until)) await enqueueDays(trx, accountId, days)
}

// Security: Days in which a block keeps the owner out do not count as days to come back.
/** Does nothing to an account that is not being closed. */
export const beginDaysAgain = (
  trx: AccountTrx,
  parts: { readonly settings: ClosingSettings },
  accountId: string,
  at: Date,
): Promise<void> =>
  postponeEnd(trx, accountId, {
    at,
    until: closingEnd(parts, at),
  })

/** Begins the closing of an open account. @returns until when it can be kept */
export async function beginLeaving(
  trx: AccountTrx,
  parts: ClosingParts,
  accountId: string,
  closing: Closing,
): Promise<Date> {
  const { at, by, freesContacts, client = noClient } = closing
  const until = closingEnd(parts, at)
  await beginClosing(trx, accountId, { at, until })
  await endSessions(trx, accountId)
  await wantMailboxClosing(trx, { accountId, closing: true, at })
  const event = 'account.closing'
  await recordActivity(trx, parts.keyring, { accountId, event, details: { by }, at, client })
  const params = { closesAt: until.toISOString() }
  const notice = { accountId, name: 'account-closing', params, change: event } as const
  await notifyOwner(trx, parts, { ...notice, at, client })
  if (freesContacts) await freeContacts(trx, parts, accountId, closing)
  await enqueueDays(trx, accountId, { at, until })
  return until
}

export type Hindrance =
  /** Security: During probation an account cannot be closed. */
  { readonly kind: 'probation'; readonly until: Date } | { readonly kind: 'restricted' }

/** What keeps the owner from closing it now. */
export async function findHindrance(
  trx: AccountTrx,
  { isRestricted }: Pick<AccessParts, 'isRestricted'>,
  { id, probationUntil }: Pick<LockedAccount, 'id' | 'probationUntil'>,
  at: Date,
): Promise<Hindrance | undefined> {
  // Security: An account under a measure of the desk cannot be closed by its owner.
  if (await isRestricted(trx, id)) return { kind: 'restricted' }
  if (probationUntil && probationUntil > at) return { kind: 'probation', until: probationUntil }
  return undefined
}

export type ClosedByOwner =
  | { readonly kind: 'closing'; readonly account: { readonly id: string; readonly epoch: number } }
  | Hindrance

/**
 * @param form digest of the form, so that a second click is recognised
 * @throws StaleProof
 */
export async function closeByOwner(
  parts: ClosingParts & Pick<AccessParts, 'isRestricted'>,
  asking: AccountProof & { readonly client: ClientInfo },
  choice: Pick<Closing, 'freesContacts'>,
  form: Buffer,
): Promise<ClosedByOwner> {
  const { accountId, client } = asking
  return await changeAccount(parts.db, asking, async (trx, account) => {
    const at = parts.clock.now()
    const hindrance = await findHindrance(trx, parts, account, at)
    if (hindrance) return hindrance
    await beginLeaving(trx, parts, accountId, { ...choice, at, by: 'owner', client })
    await takeForm(trx, form, at)
    return { kind: 'closing', account: { id: accountId, epoch: account.epoch + 1 } }
  })
}
