// The one way in which a password is replaced: by its owner, by recovery, by undo.

import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { BusyError } from '#server/core/faults.ts'
import { wordsOfContact } from '#server/core/identifiers/contact-words.ts'
import { loginOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { judgePassword, type PasswordRefusal } from '#server/core/passwords/password-policy.ts'
import { endDemandedReset } from '#server/desk/measures/end-demanded-reset.ts'
import { holdAppPasswords } from '#server/mail/app-passwords/change-app-passwords.ts'
import { holdFilters } from '#server/mail/filters/hold-filters.ts'
import { passwordLimitsOf } from '#server/mail/mail-platform/password-limits.ts'
import type { MailPlatformSettings } from '#server/mail/mail-platform/settings.ts'
import {
  type MailboxParts,
  type NewPassword,
  wantMailboxPassword,
} from '#server/mail/mailboxes/want-mailbox.ts'
import type { LinkedContact } from '#server/recovery/contacts/contact.ts'
import type { AccountTrx } from '../accounts/change-account.ts'
import type { AccountSettings } from '../accounts/settings.ts'
import { endSessions } from '../sessions/store.ts'
import type { PasswordHasher } from './hasher.ts'
import type { PasswordSettings } from './settings.ts'
import { findVerifier, listReplacedVerifiers, setPassword } from './store.ts'

export interface PasswordRuleParts {
  readonly db: Db
  readonly hasher: PasswordHasher
  readonly methods: { contactsOf(db: Db, accountId: string): Promise<readonly LinkedContact[]> }
  readonly serviceWords: readonly string[]
  readonly clock: Clock
  readonly settings: AccountSettings &
    Pick<PasswordSettings & MailPlatformSettings, 'passwordMin' | 'mailPlatform'>
}

/** `same`: it is the present one or, at the end of a recovery, one that was replaced lately. */
export type NewPasswordRefusal = PasswordRefusal | 'same'

export type JudgedNewPassword =
  | { readonly kind: 'ok'; readonly password: string }
  | { readonly kind: 'refused'; readonly reason: NewPasswordRefusal }

/**
 * Security: one policy for every door where a password is chosen. Only for those whose proof was judged before: it tells the present one.
 * @throws BusyError where the line for hashing is full
 */
export async function judgeNewPassword(
  parts: PasswordRuleParts,
  owner: { readonly id: string; readonly address: string },
  typed: string,
  door: 'own change' | 'recovery',
): Promise<JudgedNewPassword> {
  const contacts = await parts.methods.contactsOf(parts.db, owner.id)
  const judged = judgePassword(typed, {
    minLength: parts.settings.passwordMin,
    login: loginOf(owner.address),
    address: owner.address,
    contactWords: contacts.flatMap(wordsOfContact),
    serviceWords: parts.serviceWords,
    limits: passwordLimitsOf(parts.settings),
  })
  if (judged.kind === 'refused') return judged
  // Security: the password of before is no new password: somebody else may be the reason for a new one.
  const isSame = await isPresentPassword(parts, owner.id, judged.password)
  if (
    isSame ||
    (door === 'recovery' && (await isReplacedPassword(parts, owner.id, judged.password)))
  )
    return { kind: 'refused', reason: 'same' }
  return judged
}

/**
 * Whether it is the account's password. Only for those whose proof was judged before.
 * @throws BusyError where the line for hashing is full
 */
export async function isPresentPassword(
  { db, hasher }: Pick<PasswordRuleParts, 'db' | 'hasher'>,
  accountId: string,
  typed: string,
): Promise<boolean> {
  const verifier = await findVerifier(db, accountId)
  return verifier !== undefined && (await isRight(hasher, verifier, typed))
}

/** A stranger who came in by an earlier password may have changed it since. Its owner knows that one alone, and would choose it again. */
async function isReplacedPassword(
  parts: PasswordRuleParts,
  accountId: string,
  typed: string,
): Promise<boolean> {
  const since = new Date(parts.clock.now().getTime() - parts.settings.undoDays * msPerDay)
  for (const verifier of await listReplacedVerifiers(parts.db, accountId, since)) {
    if (await isRight(parts.hasher, verifier, typed)) return true
  }
  return false
}

/** A verifier that cannot be read is nobody's password, and keeps nobody from a new one. */
async function isRight(hasher: PasswordHasher, verifier: string, typed: string): Promise<boolean> {
  try {
    return await hasher.verify(verifier, typed)
  } catch (fault) {
    if (fault instanceof BusyError) throw fault
    return false
  }
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
