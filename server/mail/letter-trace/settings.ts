import { whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const letterTraceRows = {
  milterPort: optional(whole(0, 65535), 'port of the milter that traces letters; absent: none'),
} as const

export type LetterTraceSettings = SettingsOf<typeof letterTraceRows>
