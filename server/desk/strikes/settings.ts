import { time, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const strikeRows = {
  strikeDays: row(time('days'), '180', 'how long a warning stands, and how long a breach counts'),
  strikesNoted: row(whole(1), '3', 'from how many breaches on staff are told to go further'),
} as const

export type StrikeSettings = SettingsOf<typeof strikeRows>
