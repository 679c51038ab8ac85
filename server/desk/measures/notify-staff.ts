// Notices to members of staff: an appeal against their measure was decided, an answer has come.
import type { Trx } from '#db/connection.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { MessageName, MessageParams } from '#server/kit/messages/catalogue.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import type { DeskParts } from '../desk.ts'

export type StaffNotice = Extract<MessageName, 'appeal-outcome' | 'words-answered'>

export async function notifyStaff<N extends StaffNotice>(
  trx: Trx,
  parts: DeskParts,
  notice: {
    /** Null is skipped. A member who stands here twice gets one notice. */
    readonly staffIds: readonly (string | null)[]
    readonly name: N
    readonly params: MessageParams<N>
    readonly key: string
  },
): Promise<void> {
  for (const id of new Set(notice.staffIds.filter((each) => each !== null))) {
    const account = await findAccount(trx, id)
    if (!account || account.closedAt) continue
    await sendMessage(trx, parts, {
      name: notice.name as StaffNotice,
      channel: 'mail',
      to: account.address,
      params: notice.params as MessageParams<StaffNotice>,
      locale: isLocale(account.locale) ? account.locale : parts.settings.defaultLocale,
      dedupeKey: `${notice.key}:${id}`,
    })
  }
}
