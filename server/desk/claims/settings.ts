import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const claimRows = {
  claimIdleMinutes: row(
    time('minutes'),
    '30',
    'a case that its holder leaves alone for this long is free again',
  ),
} as const

export type ClaimSettings = SettingsOf<typeof claimRows>
