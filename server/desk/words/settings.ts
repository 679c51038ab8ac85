import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const wordRows = {
  questionDays: row(
    time('days'),
    '7',
    'how long staff wait for the answer of a reporter or an owner',
  ),
} as const

export type WordSettings = SettingsOf<typeof wordRows>
