// Settings: decisions about many cases at once.
import { time, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const bulkRows = {
  bulkWithoutSecondPerson: row(
    whole(0),
    '50',
    'cases that one member of staff decides at once; more wait for a second person',
  ),
  bulkUndoMinutes: row(
    time('minutes'),
    '60',
    'how long a decision about many cases can be undone; its reporters are answered after that',
  ),
} as const

export type BulkSettings = SettingsOf<typeof bulkRows>
