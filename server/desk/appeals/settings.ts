import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const appealRows = {
  appealDays: row(time('days'), '20', 'how long a measure can be objected to'),
} as const

export type AppealSettings = SettingsOf<typeof appealRows>
