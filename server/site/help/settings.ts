import { text } from '#server/kit/settings/setting-kinds.ts'
import { optional, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const helpRows = {
  supportAddress: optional(
    text('an address'),
    'where people write for help; absent: postmaster@DOMAIN',
  ),
} as const

export type HelpSettings = SettingsOf<typeof helpRows>
