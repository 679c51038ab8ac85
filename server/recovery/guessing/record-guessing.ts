// Tells the owner that somebody guesses: an activity entry, and a mail at most once an hour.
import { randomUUID } from 'node:crypto'
import type { Db, Trx } from '#db/connection.ts'
import {
  type LockedAccount,
  lockAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { msPerDay, msPerHour, msPerSecond } from '#server/core/durations.ts'
import { isLocale, type Locale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import { readGreeting } from '../contacts/greeting.ts'

const noteTask = 'guessing:note'
const hourly = { points: 1, seconds: msPerHour / msPerSecond }
/** A job may run twice, so each guessing is remembered for a day. */
const once = { points: 1, seconds: msPerDay / msPerSecond }

export type Guessed = 'sign-in' | 'recovery'

export interface GuessingParts extends MessageParts {
  readonly db: Db
  readonly methods: { contactsOf(trx: Trx, accountId: string): Promise<readonly LinkedContact[]> }
  readonly settings: { readonly defaultLocale: Locale; readonly undoDays: number }
}

/**
 * Security: A failed try costs the same whether or not anybody has the name.
 * @param guessing.accountId `nobody` if nobody has the name
 */
export async function enqueueGuessing(
  trx: Trx,
  guessing: { readonly accountId: string; readonly what: Guessed; readonly client: ClientInfo },
): Promise<void> {
  const { accountId, what, client } = guessing
  await enqueue(trx, noteTask, { accountId, what, ...client, guessing: randomUUID() })
}

async function recordGuessing(
  parts: GuessingParts,
  payload: Record<string, unknown>,
): Promise<void> {
  const { db, keyring, clock } = parts
  const what = payload.what === 'sign-in' ? 'sign-in' : 'recovery'
  const client = { device: String(payload.device), place: String(payload.place) }
  await db.transaction(async (trx) => {
    // Without the lock the account could end meanwhile, and get an entry after its end.
    const lock = await lockAccountAsItStands(trx, String(payload.accountId))
    if (!lock || lock.account.closedAt) return
    const { account } = lock
    const limits = createLimits(trx)
    const first = await limits.limit('guessing-noted', once).count(String(payload.guessing))
    if (first.kind === 'full') return
    const at = clock.now()
    const event = `${what}.failures` as const
    await recordActivity(trx, keyring, { accountId: account.id, event, details: {}, at, client })
    const mail = await limits.limit('guessing-letters', hourly).count(account.id)
    if (mail.kind === 'counted') await notifyByMail(trx, parts, account, { what, at, client })
  })
}

/** No SMS: a stranger could make each one cost money. */
async function notifyByMail(
  trx: Trx,
  parts: GuessingParts,
  account: LockedAccount,
  about: { readonly what: Guessed; readonly at: Date; readonly client: ClientInfo },
): Promise<void> {
  const { what, at, client } = about
  const contacts = await parts.methods.contactsOf(trx, account.id)
  const addresses = contacts.filter(({ kind }) => kind === 'backup-address')
  const greet = await readGreeting(trx, parts, account.id, { contacts, at })
  for (const contact of [undefined, ...addresses]) {
    await sendMessage(trx, parts, {
      name: 'guessing-noticed',
      channel: 'mail',
      to: contact?.value ?? account.address,
      params: { what, mailbox: account.address, at: at.toISOString(), ...client },
      locale: isLocale(account.locale) ? account.locale : parts.settings.defaultLocale,
      greeted: greet(contact),
      ownerId: account.id,
    })
  }
}

export const guessingTasks = (parts: GuessingParts): TaskList => ({
  [noteTask]: (payload) => recordGuessing(parts, payload),
})
