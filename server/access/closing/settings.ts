import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const closingRows = {
  closingDays: row(
    time('days'),
    '30',
    'how long the owner of a mailbox that is being closed can still keep it',
  ),
} as const

export type ClosingSettings = SettingsOf<typeof closingRows>
