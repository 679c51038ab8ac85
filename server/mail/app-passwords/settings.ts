import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const appPasswordRows = {
  clientSignInsDays: row(
    time('days'),
    '30',
    'how long sign-ins of mail programs are shown to their owner',
  ),
} as const

export type AppPasswordSettings = SettingsOf<typeof appPasswordRows>
