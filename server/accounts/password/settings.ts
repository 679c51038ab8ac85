import { whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const passwordRows = {
  argon2MemoryKib: row(whole(8), '19456', 'memory of one password hash in KiB (OWASP: 19456)'),
  argon2Passes: row(whole(1), '2', 'passes of one password hash (OWASP: 2)'),
  passwordMin: row(whole(8, 128), '12', 'shortest password, in characters'),
} as const

export type PasswordSettings = SettingsOf<typeof passwordRows>
