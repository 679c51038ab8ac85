import { whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const measureSettingRows = {
  measuresWithoutSecondPerson: row(
    whole(0),
    '20',
    'measures a day that one member of staff takes alone',
  ),
} as const

export type MeasureSettings = SettingsOf<typeof measureSettingRows>
