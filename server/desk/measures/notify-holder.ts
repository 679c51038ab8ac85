// Tells the holder of an account what was done about it: by the mailbox where it can still be read, and by every proven contact.
import type { Trx } from '#db/connection.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { MessageName, MessageParams } from '#server/kit/messages/catalogue.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import type { Suspension } from '#server/mail/mail-platform/mail-platform.ts'
import type { DeskParts } from '../desk.ts'

export type HolderMessage = Extract<
  MessageName,
  'account-blocked' | 'account-unblocked' | 'appeal-received' | 'appeal-decided'
>

const channelOf = { 'backup-address': 'mail', phone: 'sms' } as const
/** Objections are answered in writing. */
const bySms: readonly HolderMessage[] = ['account-blocked', 'account-unblocked']

/** @param told.key of what it is about: each reader is told of it once */
export async function notifyHolder<N extends HolderMessage>(
  trx: Trx,
  parts: DeskParts,
  told: {
    readonly account: {
      readonly id: string
      readonly address: string
      readonly locale: string | null
    }
    readonly suspension: Suspension
    readonly name: N
    readonly params: MessageParams<N>
    readonly key: string
  },
): Promise<void> {
  const { account, name, params } = told
  const locale = isLocale(account.locale) ? account.locale : parts.settings.defaultLocale
  const contacts = await parts.methods.contactsOf(trx, account.id)
  const readers = [
    ...(told.suspension === 'all'
      ? []
      : [{ channel: 'mail' as const, to: account.address, label: 'mailbox' }]),
    ...contacts
      .map(({ kind, value }) => ({ channel: channelOf[kind], to: value, label: kind }))
      .filter(({ channel }) => channel === 'mail' || bySms.includes(name)),
  ]
  for (const { channel, to, label } of readers) {
    await sendMessage(trx, parts, {
      name: name as HolderMessage,
      channel: channel as 'mail',
      to,
      params: params as MessageParams<HolderMessage>,
      locale,
      dedupeKey: `${told.key}:${label}`,
    })
  }
}
