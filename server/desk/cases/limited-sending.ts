import type { Db } from '#db/connection.ts'
import type { SendingLimitSettings } from '#server/mail/sending-limits/settings.ts'
import { isSendingLimited } from '../measures/measure-store.ts'

type SendingLimits = Pick<
  SendingLimitSettings,
  'limitSentPerDay' | 'limitRecipientsPerDay' | 'limitSentWhileLimited'
>

/** How much the mailbox may send a day: less while a measure limits its sending. */
export async function sendingLimitsOf(
  db: Db,
  address: string,
  settings: SendingLimits,
): Promise<{ readonly letters: number; readonly recipients: number }> {
  const { limitSentPerDay: letters, limitRecipientsPerDay: recipients } = settings
  if (!(await isSendingLimited(db, address))) return { letters, recipients }
  const few = settings.limitSentWhileLimited
  return { letters: Math.min(letters, few), recipients: Math.min(recipients, few) }
}
