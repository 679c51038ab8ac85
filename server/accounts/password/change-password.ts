import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { BusyError } from '#server/core/faults.ts'
import { wordsOfContact } from '#server/core/identifiers/contact-words.ts'
import { loginOf } from '#server/core/identifiers/names.ts'
import {
  judgePassword,
  type PasswordLimits,
  type PasswordRefusal,
} from '#server/core/passwords/password-policy.ts'
import type { AccountTrx } from '../accounts/change-account.ts'
import type { AccountSettings } from '../accounts/settings.ts'
import type { AccountLife, NewPassword } from '../life/account-life.ts'
import type { PasswordHasher } from './hasher.ts'
import type { PasswordSettings } from './settings.ts'
import { findVerifier, listReplacedVerifiers, setPassword } from './store.ts'

export interface PasswordRuleParts {
  readonly db: Db
  readonly hasher: PasswordHasher
  readonly methods: {
    contactsOf(db: Db, accountId: string): Promise<readonly Parameters<typeof wordsOfContact>[0][]>
  }
  readonly serviceWords: readonly string[]
  readonly clock: Clock
  readonly settings: AccountSettings & Pick<PasswordSettings, 'passwordMin'>
  readonly passwordLimits: PasswordLimits | undefined
}

/** `same`: the present password or, in a recovery, one that was replaced lately. */
export type NewPasswordRefusal = PasswordRefusal | 'same'

export type JudgedNewPassword =
  | { readonly kind: 'ok'; readonly password: string }
  | { readonly kind: 'refused'; readonly reason: NewPasswordRefusal }

/**
 * Security: The same password policy applies at registration, own change and recovery.
 * Judge a proof first, because the refusal `same` reveals the present password.
 * @throws BusyError
 */
export async function judgeNewPassword(
  parts: PasswordRuleParts,
  owner: { readonly id: string; readonly address: string },
  typed: string,
  occasion: 'own change' | 'recovery',
): Promise<JudgedNewPassword> {
  const contacts = await parts.methods.contactsOf(parts.db, owner.id)
  const judged = judgePassword(typed, {
    minLength: parts.settings.passwordMin,
    login: loginOf(owner.address),
    address: owner.address,
    contactWords: contacts.flatMap(wordsOfContact),
    serviceWords: parts.serviceWords,
    limits: parts.passwordLimits,
  })
  if (judged.kind === 'refused') return judged
  // Security: A new password is never the present one.
  const isSame =
    (await isPresentPassword(parts, owner.id, judged.password)) ||
    (occasion === 'recovery' && (await isReplacedPassword(parts, owner.id, judged.password)))
  return isSame ? { kind: 'refused', reason: 'same' } : judged
}

/** Judge a proof first, because the answer reveals the password. @throws BusyError */
export async function isPresentPassword(
  { db, hasher }: Pick<PasswordRuleParts, 'db' | 'hasher'>,
  accountId: string,
  typed: string,
): Promise<boolean> {
  const verifier = await findVerifier(db, accountId)
  return verifier !== undefined && (await isRight(hasher, verifier, typed))
}

/** A recovery refuses earlier passwords, because a stranger may know one. */
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

/** An unreadable verifier matches no password, so that its owner can set a new one. */
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
  readonly by: 'owner' | 'recovery'
  /** True also ends the undo links of contacts: after a change by the owner or a contact. */
  readonly voidsLinks: boolean
}

/**
 * Lets every feature react. The caller records the change and sends notices.
 * @returns the new epoch
 */
export async function changePassword(
  trx: AccountTrx,
  { life }: { readonly life: AccountLife },
  { accountId, password, at, by, voidsLinks }: PasswordChange,
): Promise<number> {
  const epoch = await setPassword(trx, accountId, { verifier: password.verifier, at, voidsLinks })
  await life.recover(trx, { accountId, password, at, by })
  return epoch
}
