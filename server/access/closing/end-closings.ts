// Jobs that end a closed account for good, and that tell its contacts shortly before.
import {
  type AccountTrx,
  changeAccountAsItStands,
  type LockedAccount,
} from '#server/accounts/accounts/change-account.ts'
import { listDueClosings } from '#server/accounts/accounts/closing-store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { AccountLife } from '#server/accounts/life/account-life.ts'
import { msPerDay, msPerHour } from '#server/core/durations.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import { readGreeting } from '#server/recovery/contacts/greeting.ts'
import { findHold } from '#server/recovery/reset/hold-reset.ts'
import { type ClosingParts, closingEnd, endTask, postponeEnd, remindTask } from './close-mailbox.ts'

export type EndingParts = ClosingParts & { readonly life: AccountLife }

const atOnce = 200

const isKeptOut = ({ blockedAt, resetDemandedAt }: LockedAccount): boolean =>
  blockedAt !== null || resetDemandedAt !== null

/** When to try again if the owner cannot come back at this moment, or something keeps it. */
async function findDelay(
  trx: AccountTrx,
  parts: EndingParts,
  account: LockedAccount,
  at: Date,
): Promise<Date | undefined> {
  if (isKeptOut(account)) return closingEnd(parts, at)
  if (await parts.life.keeps?.(trx, account.id)) return new Date(at.getTime() + msPerDay)
  const hold = await findHold(trx, account.id)
  return hold && new Date(hold.dueAt.getTime() + msPerHour)
}

export async function endIfDue(parts: EndingParts, accountId: string): Promise<void> {
  const { db, clock, keyring, life } = parts
  await changeAccountAsItStands(db, accountId, async (trx, account) => {
    const at = clock.now()
    if (!account.closesAt || account.closesAt > at) return
    const later = await findDelay(trx, parts, account, at)
    if (later) return await postponeEnd(trx, accountId, { at, until: later })
    const entry = { accountId, event: 'account.closed', details: {}, at } as const
    await recordActivity(trx, keyring, entry)
    await life.close(trx, { accountId, at })
  })
}

/**
 * Only contacts are told: the mailbox takes no letter now. An owner whom a block keeps out is told
 * later: the days begin again after it.
 */
async function remind(parts: ClosingParts, accountId: string): Promise<void> {
  await changeAccountAsItStands(parts.db, accountId, async (trx, account) => {
    const at = parts.clock.now()
    const { closesAt, address: mailbox, locale } = account
    if (!closesAt || closesAt <= at || isKeptOut(account)) return
    const params = { mailbox, at: at.toISOString(), closesAt: closesAt.toISOString() }
    const message = {
      name: 'account-closing-soon',
      params,
      locale: isLocale(locale) ? locale : parts.settings.defaultLocale,
      ownerId: accountId,
    } as const
    const contacts = await parts.methods.contactsOf(trx, accountId)
    const greet = await readGreeting(trx, parts, accountId, { contacts, at })
    for (const contact of contacts) {
      const { kind, value: to } = contact
      const channel = kind === 'phone' ? 'sms' : 'mail'
      const dedupeKey = `closing-soon:${accountId}:${closesAt.getTime()}:${kind}`
      await sendMessage(trx, parts, {
        ...message,
        channel,
        to,
        dedupeKey,
        greeted: greet(contact),
      })
    }
  })
}

export const closingTasks = (parts: EndingParts): TaskList => ({
  [endTask]: ({ accountId }) => endIfDue(parts, String(accountId)),
  [remindTask]: ({ accountId }) => remind(parts, String(accountId)),
  // Finds closings whose own job was lost.
  'closing:sweep': async () => {
    for (const accountId of await listDueClosings(parts.db, parts.clock.now(), atOnce))
      await endIfDue(parts, accountId)
  },
})
