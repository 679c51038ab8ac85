// Notices of a measure: to every linked contact, and to the mailbox unless it refuses mail.

import type { Trx } from '#db/connection.ts'
import type { Suspension } from '#server/accounts/life/account-life.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { MessageName, MessageParams } from '#server/kit/messages/catalogue.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import { mailboxQueue } from '#server/mail/mailboxes/want-mailbox.ts'
import { readGreeting } from '#server/recovery/contacts/greeting.ts'
import type { DeskParts } from '../desk.ts'

export interface Owner {
  readonly id: string
  readonly address: string
  readonly locale: string | null
}

export type OwnerNotice = Extract<
  MessageName,
  | 'account-blocked'
  | 'account-unblocked'
  | 'account-warned'
  | 'warning-withdrawn'
  | 'owner-words'
  | 'appeal-received'
  | 'appeal-decided'
>

const channelOf = { 'backup-address': 'mail', phone: 'sms' } as const
/** The others restrict nothing and go by mail only. */
const bySms: readonly OwnerNotice[] = ['account-blocked', 'account-unblocked']

export async function notifyOwner<N extends OwnerNotice>(
  trx: Trx,
  parts: DeskParts,
  notice: {
    readonly account: Owner
    readonly suspension: Suspension
    readonly name: N
    readonly params: MessageParams<N>
    /** Names the occasion: each reader gets one notice for it. */
    readonly key: string
  },
): Promise<void> {
  const { account, name, params } = notice
  const locale = isLocale(account.locale) ? account.locale : parts.settings.defaultLocale
  const linked = await parts.methods.contactsOf(trx, account.id)
  const greet = await readGreeting(trx, parts, account.id, {
    contacts: linked,
    at: parts.clock.now(),
  })
  const mailbox = {
    channel: 'mail' as const,
    to: account.address,
    label: 'mailbox',
    greeted: greet(),
  }
  const contacts = linked
    .map((each) => ({
      channel: channelOf[each.kind],
      to: each.value,
      label: each.kind,
      greeted: greet(each),
    }))
    .filter(({ channel }) => channel === 'mail' || bySms.includes(name))
  const readers = notice.suspension === 'all' ? contacts : [mailbox, ...contacts]
  for (const { channel, to, label, greeted } of readers) {
    await sendMessage(trx, parts, {
      name: name as OwnerNotice,
      channel: channel as 'mail',
      to,
      params: params as MessageParams<OwnerNotice>,
      locale,
      greeted,
      dedupeKey: `${notice.key}:${label}`,
      ownerId: account.id,
      // A mailbox that opens just now would send its letter back.
      behind: label === 'mailbox' ? mailboxQueue(account.id) : undefined,
    })
  }
}
