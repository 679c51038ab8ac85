// Tells members of staff, in their own mailboxes, what became of something that they did.
import type { Trx } from '#db/connection.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { MessageParams } from '#server/kit/messages/catalogue.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import type { DeskParts } from '../desk.ts'

/** @param told.staffIds null stands for nobody; each is told once. @param told.key of what it is about */
export async function notifyStaff(
  trx: Trx,
  parts: DeskParts,
  told: {
    readonly staffIds: readonly (string | null)[]
    readonly name: 'appeal-outcome'
    readonly params: MessageParams<'appeal-outcome'>
    readonly key: string
  },
): Promise<void> {
  for (const id of new Set(told.staffIds.filter((each) => each !== null))) {
    const account = await findAccount(trx, id)
    if (!account || account.closedAt) continue
    await sendMessage(trx, parts, {
      name: told.name,
      channel: 'mail',
      to: account.address,
      params: told.params,
      locale: isLocale(account.locale) ? account.locale : parts.settings.defaultLocale,
      dedupeKey: `${told.key}:${id}`,
    })
  }
}
