import { text } from '#server/kit/settings/setting-kinds.ts'
import { optional, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const documentRows = {
  documentsDir: optional(
    text('a folder'),
    'holds the operator’s terms.LANGUAGE.md, privacy.LANGUAGE.md and accessibility.LANGUAGE.md',
  ),
} as const

export type DocumentSettings = SettingsOf<typeof documentRows>
