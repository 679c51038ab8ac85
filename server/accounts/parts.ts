import type { PasswordLimits } from '#server/core/passwords/password-policy.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import type { AccountSettings } from './accounts/settings.ts'
import type { AccountLife } from './life/account-life.ts'
import type { PasswordHasher } from './password/hasher.ts'
import type { PasswordSettings } from './password/settings.ts'
import type { SessionSettings } from './sessions/settings.ts'
import type { SignInSettings } from './sign-in-limits/settings.ts'

export interface AccountsParts extends WebParts {
  readonly settings: WebParts['settings'] &
    AccountSettings &
    PasswordSettings &
    SessionSettings &
    SignInSettings
  readonly hasher: PasswordHasher
  readonly life: AccountLife
  /** What the mail platform takes of a password, beyond the portal's own rule. */
  readonly passwordLimits: PasswordLimits | undefined
}
