import { time, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const backupAddressRows = {
  linkMinutes: row(time('minutes'), '60', 'life of a reset link'),
  limitResetMailsPerDay: row(whole(1), '10', 'reset mails per account and day'),
} as const

export type BackupAddressSettings = SettingsOf<typeof backupAddressRows>
