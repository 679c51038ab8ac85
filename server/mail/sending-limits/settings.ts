import { whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const sendingLimitRows = {
  sendingPolicyPort: optional(
    whole(0, 65535),
    'port at which Postfix asks for sending limits; absent: none',
  ),
  limitSentPerDay: row(whole(1), '1000', 'letters that an account sends a day (UTC)'),
  limitRecipientsPerDay: row(whole(1), '500', 'different recipients of an account and day (UTC)'),
  limitSentWhileLimited: row(
    whole(0),
    '5',
    'letters and recipients a day while the abuse desk limits sending',
  ),
} as const

export type SendingLimitSettings = SettingsOf<typeof sendingLimitRows>
