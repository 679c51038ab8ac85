// Settings of the codes that prove a contact.
import { time, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const contactRows = {
  codeMinutes: row(time('minutes'), '10', 'life of a code'),
  limitCodeTries: row(whole(1), '5', 'tries that one code allows; sending again refills nothing'),
  limitWrongCodesPerDay: row(whole(1), '10', 'wrong codes per account and day over all flows'),
} as const

export type ContactSettings = SettingsOf<typeof contactRows>
