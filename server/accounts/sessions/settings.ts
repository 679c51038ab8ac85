import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const sessionRows = {
  sessionIdleMinutes: row(
    time('minutes'),
    '60',
    'a session ends after this long without a request',
  ),
  sessionMaxHours: row(time('hours'), '12', 'a session ends after this long in any case'),
  knownSessionDays: row(
    time('days'),
    '30',
    'a session on the owner’s own device ends after this long without a request',
  ),
  knownSessionMaxDays: row(
    time('days'),
    '180',
    'a session on the owner’s own device ends after this long in any case',
  ),
} as const

export type SessionSettings = SettingsOf<typeof sessionRows>
