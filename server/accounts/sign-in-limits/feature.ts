import type { AccountFeature } from '#server/accounts/feature.ts'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { signInRows } from './settings.ts'

export const signInLimitsFeature = {
  name: 'accounts/sign-in-limits',
  settings: signInRows,
} satisfies AccountFeature<AccountsParts>
