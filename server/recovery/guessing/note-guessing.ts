// The owner learns that somebody guesses: an entry in the activity, and a letter at most once an hour.

import { randomUUID } from 'node:crypto'
import type { Db, Trx } from '#db/connection.ts'
import { type Account, findAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { isLocale, type Locale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import type { LinkedContact } from '../contacts/contact.ts'

const noteTask = 'guessing:note'
const letters = { points: 1, seconds: 3600 }
/** A job may run twice: so long it is remembered that it ran. */
const once = { points: 1, seconds: 86_400 }

/** At what: passwords at the door, or codes and answers of recoveries. */
export type GuessedAt = 'sign-in' | 'recovery'

export interface GuessingParts extends MessageParts {
  readonly db: Db
  readonly methods: { contactsOf(trx: Trx, accountId: string): Promise<readonly LinkedContact[]> }
  readonly settings: { readonly defaultLocale: Locale }
}

/**
 * Leaves it to a worker to tell.
 * Security: a name that nobody has costs the same: the request does not look whether there is anybody to tell.
 * @param guessed.accountId for nobody an id that no account has
 */
export async function leaveGuessing(
  trx: Trx,
  guessed: { readonly accountId: string; readonly at: GuessedAt; readonly client: ClientInfo },
): Promise<void> {
  const { accountId, at: what, client } = guessed
  await enqueue(trx, noteTask, { accountId, what, ...client, guessing: randomUUID() })
}

async function noteGuessing(parts: GuessingParts, payload: Record<string, unknown>): Promise<void> {
  const { db, keyring, clock } = parts
  const what = payload.what === 'sign-in' ? 'sign-in' : 'recovery'
  const client = { device: String(payload.device), place: String(payload.place) }
  await db.transaction(async (trx) => {
    const account = await findAccount(trx, String(payload.accountId))
    if (!account || account.closedAt) return
    const limits = createLimits(trx)
    const first = await limits.limit('guessing-noted', once).count(String(payload.guessing))
    if (first.kind === 'full') return
    const at = clock.now()
    const entry = {
      accountId: account.id,
      event: `${what}.failures`,
      details: {},
      at,
      client,
    } as const
    await recordActivity(trx, keyring, entry)
    const letter = await limits.limit('guessing-letters', letters).count(account.id)
    if (letter.kind === 'counted') await writeLetters(trx, parts, account, { what, at, client })
  })
}

/** Letters alone: an SMS would cost money whenever a stranger wants it to. */
async function writeLetters(
  trx: Trx,
  parts: GuessingParts,
  account: Account,
  {
    what,
    at,
    client,
  }: { readonly what: GuessedAt; readonly at: Date; readonly client: ClientInfo },
): Promise<void> {
  const contacts = await parts.methods.contactsOf(trx, account.id)
  const addresses = contacts
    .filter(({ kind }) => kind === 'backup-address')
    .map(({ value }) => value)
  for (const to of [account.address, ...addresses]) {
    await sendMessage(trx, parts, {
      name: 'guessing-noticed',
      channel: 'mail',
      to,
      params: { what, mailbox: account.address, at: at.toISOString(), ...client },
      locale: isLocale(account.locale) ? account.locale : parts.settings.defaultLocale,
    })
  }
}

export const guessingTasks = (parts: GuessingParts): TaskList => ({
  [noteTask]: (payload) => noteGuessing(parts, payload),
})
