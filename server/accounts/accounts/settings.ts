import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const accountRows = {
  undoDays: row(time('days'), '7', 'life of an undo link'),
} as const

export type AccountSettings = SettingsOf<typeof accountRows>
