import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const staffRows = {
  staffIdleMinutes: row(
    time('minutes'),
    '15',
    'a staff page asks for the second factor again after this long without a request',
  ),
} as const

export type StaffSettings = SettingsOf<typeof staffRows>
