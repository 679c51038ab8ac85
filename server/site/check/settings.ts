import { whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const checkRows = {
  checkMonths: row(
    whole(0, 120),
    '12',
    'months after which an owner is asked whether a contact is still theirs; 0: never',
  ),
} as const

export type CheckSettings = SettingsOf<typeof checkRows>
