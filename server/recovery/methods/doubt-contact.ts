// Doubts a contact, and notifies its account, when somebody else proves to have it.
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
import { readGreeting } from '../contacts/greeting.ts'
import type { RecoveryMethods } from './methods.ts'

const doubtTask = 'recovery-methods:doubt-contact'
const onceADay = { points: 1, seconds: 86_400 }

export interface DoubtParts extends MessageParts {
  readonly db: Db
  readonly methods: RecoveryMethods
  readonly settings: { readonly defaultLocale: Locale; readonly undoDays: number }
}

/** A job does the rest, so that no transaction locks two accounts. */
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

/** May run twice. A contact that its owner proved or replaced after `shownAt` is not in doubt. */
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
        accountId,
        event: `${kind}.doubted`,
        details: {},
        at,
        // The owner must not learn where the other person is.
        client: noClient,
      })
    }
    const limit = createLimits(trx).limit('contact-doubted', onceADay)
    const counted = await limit.count(`${accountId}:${kind}`)
    if (counted.kind === 'counted') await notifyOfDoubt(trx, parts, accountId, kind, at)
  })
}

/** The doubtful contact gets the notice too: it may still be the owner's. */
async function notifyOfDoubt(
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
  const message = { name: 'contact-doubted', params, locale, ownerId: accountId } as const
  const contacts = await parts.methods.contactsOf(trx, accountId)
  const greet = await readGreeting(trx, parts, accountId, { contacts, at })
  for (const contact of [undefined, ...contacts]) {
    const channel = contact?.kind === 'phone' ? 'sms' : 'mail'
    const to = contact?.value ?? account.address
    await sendMessage(trx, parts, { ...message, channel, to, greeted: greet(contact) })
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
