import { time, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const flowRows = {
  limitRecoveriesPerIpHour: row(
    whole(1),
    '3000',
    'recoveries begun and contacts typed from one network an hour; wide, for many share one',
  ),
  probationHours: row(
    time('hours'),
    '72',
    'how long a reset by question blocks changes of recovery methods',
  ),
} as const

export type FlowSettings = SettingsOf<typeof flowRows>
