import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const exportRows = {
  exportDays: row(
    time('days'),
    '7',
    'how long the file with all data of an account is kept for its owner',
  ),
} as const

export type ExportSettings = SettingsOf<typeof exportRows>
