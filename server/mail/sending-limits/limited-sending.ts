import type { Db } from '#db/connection.ts'
import type { SendingLimitSettings } from './settings.ts'

export interface LimitedSendingParts {
  readonly db: Db
  readonly settings: Pick<
    SendingLimitSettings,
    'limitSentPerDay' | 'limitRecipientsPerDay' | 'limitSentWhileLimited'
  >
  /** @returns true while a measure of the desk limits sending from the address */
  readonly isSendingLimited: (db: Db, address: string) => Promise<boolean>
}

/** @returns how much the mailbox may send a day: less while a measure limits its sending */
export async function sendingLimitsOf(
  { db, settings, isSendingLimited }: LimitedSendingParts,
  address: string,
): Promise<{ readonly letters: number; readonly recipients: number }> {
  const letters = settings.limitSentPerDay
  const recipients = settings.limitRecipientsPerDay
  const few = settings.limitSentWhileLimited
  if (!(await isSendingLimited(db, address))) return { letters, recipients }
  return { letters: Math.min(letters, few), recipients: Math.min(recipients, few) }
}
