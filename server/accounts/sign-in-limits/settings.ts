import { whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const signInRows = {
  limitSignInFailures: row(
    whole(1),
    '5',
    'wrong passwords before waits begin (1, 2, 4 … 15 minutes)',
  ),
  limitSignInFailuresPerNetworkHour: optional(
    whole(1),
    'wrong passwords by unknown browsers of one network (/32, /64) an hour, whatever the names; ' +
      'absent: twenty times LIMIT_SIGN_IN_FAILURES',
  ),
} as const

export type SignInSettings = SettingsOf<typeof signInRows>
