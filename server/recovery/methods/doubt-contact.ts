// Somebody has shown that they have a contact which another mailbox holds: its holder is told, and it counts as doubtful.

import type { Db, Trx } from '#db/connection.ts'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { findClaimOwner } from '#server/accounts/claims/store.ts'
import { noClient } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { isLocale, type Locale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import type { Contact } from '../contacts/contact.ts'
import type { ManagedMethods } from './managed-method.ts'

const doubtTask = 'recovery-methods:doubt-contact'
const onceADay = { points: 1, seconds: 86_400 }

export interface DoubtParts extends MessageParts {
  readonly db: Db
  readonly methods: ManagedMethods
  readonly settings: { readonly defaultLocale: Locale }
}

/**
 * Asks for the doubt, in the transaction in which the possession was shown. A job writes it down, so that nobody holds two accounts at once.
 * @param contact whose possession was shown by somebody who does not hold it here
 */
export async function askToDoubt(
  trx: Trx,
  keyring: Keyring,
  contact: Contact,
  at: Date,
): Promise<void> {
  const accountId = await findClaimOwner(trx, keyring, contact.kind, contact.canonical)
  if (accountId)
    await enqueue(trx, doubtTask, { accountId, kind: contact.kind, shownAt: at.toISOString() })
}

/** May run twice. What its holder proved after `shownAt`, or put in its place, is not in doubt. */
async function doubtContact(
  parts: DoubtParts,
  accountId: string,
  kind: Contact['kind'],
  shownAt: Date,
): Promise<void> {
  await changeAccountAsItStands(parts.db, accountId, async (trx) => {
    const method = parts.methods.byId(kind)
    const contact = await method.findContact(trx, accountId)
    if (!contact || contact.provenAt > shownAt) return
    const at = parts.clock.now()
    if (!contact.doubtful) {
      await method.doubt(trx, accountId, at)
      await recordActivity(trx, parts.keyring, {
        ...{ accountId, event: `${kind}.doubted`, details: {}, at },
        // Security: from where the other one came is not the holder's business.
        client: noClient,
      })
    }
    const told = await createLimits(trx)
      .limit('contact-doubted', onceADay)
      .count(`${accountId}:${kind}`)
    if (told.kind === 'counted') await tellDoubt(trx, parts, accountId, kind, at)
  })
}

/** To the mailbox and to every contact, the doubtful one too: who has it now may be its holder after all. */
async function tellDoubt(
  trx: Trx,
  parts: DoubtParts,
  accountId: string,
  method: Contact['kind'],
  at: Date,
): Promise<void> {
  const account = await findAccount(trx, accountId)
  if (!account) throw new Error('a doubt about no account')
  const locale = isLocale(account.locale) ? account.locale : parts.settings.defaultLocale
  const params = { mailbox: account.address, at: at.toISOString(), method }
  const message = { name: 'contact-doubted', params, locale } as const
  await sendMessage(trx, parts, { ...message, channel: 'mail', to: account.address })
  for (const { kind, value: to } of await parts.methods.contactsOf(trx, accountId)) {
    await sendMessage(trx, parts, { ...message, channel: kind === 'phone' ? 'sms' : 'mail', to })
  }
}

export const doubtTasks = (parts: DoubtParts): TaskList => ({
  [doubtTask]: ({ accountId, kind, shownAt }) =>
    doubtContact(
      parts,
      String(accountId),
      kind === 'phone' ? 'phone' : 'backup-address',
      new Date(String(shownAt)),
    ),
})
