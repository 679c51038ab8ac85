// The one way in which a password is replaced: by its owner, by recovery, by undo.
import { endDemandedReset } from '../abuse/end-demanded-reset.ts'
import type { AccountTrx } from '../accounts/change-account.ts'
import { setPassword } from '../accounts/store.ts'
import { holdAppPasswords } from '../app-passwords/change-app-passwords.ts'
import type { Keyring } from '../core/keyring.ts'
import { loginOf } from '../core/names.ts'
import { judgePassword, type PasswordRefusal } from '../core/password-policy.ts'
import { holdFilters } from '../mail-filters/hold-filters.ts'
import { passwordLimitsOf } from '../mail-platform/password-limits.ts'
import { type MailboxParts, type NewPassword, wantMailboxPassword } from '../mailboxes/want-mailbox.ts'
import { endSessions } from '../sessions/store.ts'
import type { RawSettings } from '../settings.ts'

export interface PasswordRuleParts {
  readonly serviceWords: readonly string[]
  readonly settings: Pick<RawSettings, 'passwordMin' | 'mailPlatform'>
}

export type JudgedNewPassword =
  | { readonly kind: 'ok'; readonly password: string }
  | { readonly kind: 'refused'; readonly reason: PasswordRefusal }

/** Security: one policy for every door where a password is chosen. */
export function judgeNewPassword(parts: PasswordRuleParts, address: string, typed: string): JudgedNewPassword {
  return judgePassword(typed, {
    minLength: parts.settings.passwordMin,
    login: loginOf(address),
    serviceWords: parts.serviceWords,
    limits: passwordLimitsOf(parts.settings),
  })
}

export interface PasswordChange {
  readonly accountId: string
  readonly password: NewPassword
  readonly at: Date
  /** True where earlier links "this was not me" end too: after a change by its owner or by a contact, not after a weaker proof. */
  readonly voidsLinks: boolean
  /** True where the owner changes a password that they know. After a reset app passwords and filters wait until they are kept. */
  readonly keepAppPasswords?: boolean
}

/**
 * Sets the password here and wants it on the mail platform, ends all sessions and cuts live mail programs, in the caller's
 * transaction. What happened is recorded and told by the caller, who knows why.
 * @returns the epoch that begins with it
 */
export async function changePassword(
  trx: AccountTrx,
  parts: MailboxParts & { keyring: Keyring },
  change: PasswordChange,
): Promise<number> {
  const { accountId, password, at, voidsLinks, keepAppPasswords = false } = change
  const epoch = await setPassword(trx, accountId, { verifier: password.verifier, at, voidsLinks })
  await wantMailboxPassword(trx, parts, { accountId, password, at, endSessions: true })
  if (!keepAppPasswords) {
    await holdAppPasswords(trx, parts, { accountId, at })
    await holdFilters(trx, { accountId, at })
  }
  await endSessions(trx, accountId)
  await endDemandedReset(trx, parts, accountId, at)
  return epoch
}
