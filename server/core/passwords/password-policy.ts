/** The one rule for passwords, at every door where one is chosen. */

import { readingsOf } from '../identifiers/contact-words.ts'
import { isText } from '../text-input.ts'
import { isCommonPassword } from './common-passwords.ts'

/** Code points. Above that a password is refused, never cut. */
export const PASSWORD_MAX = 256

/** What every mail service is called, beside its own name. */
const MAIL_WORDS = ['mail', 'email', 'mailbox', 'webmail', 'postfach', 'почта', 'пошта', 'скрынка']

export type PasswordRefusal =
  | 'missing'
  | 'not-text'
  | 'too-short'
  | 'too-long'
  | 'characters'
  | 'too-long-for-mail'
  | 'contains-login'
  | 'contains-contact'
  | 'service-word'
  | 'common'

/** `password` is in NFC: what was judged is what must be hashed. */
export type JudgedPassword =
  | { kind: 'ok'; password: string }
  | { kind: 'refused'; reason: PasswordRefusal }

/** A mail platform that takes less than the portal would let somebody choose a password with which mail never opens. */
export interface PasswordLimits {
  /** Printable ASCII only. */
  asciiOnly: boolean
  maxLength: number
}

export interface PasswordRules {
  /** Code points, the setting PASSWORD_MIN. */
  minLength: number
  /** The name before the @, lower case; null where it is not known yet. */
  login: string | null
  /** Of the mailbox; null where it is not known yet. */
  address?: string | null
  /** See `wordsOfContact`: of the contacts that the account holds. */
  contactWords?: readonly string[]
  /** See `serviceWordsOf`. */
  serviceWords: readonly string[]
  /** Of the mail platform, where it has any. */
  limits?: PasswordLimits | undefined
}

export function judgePassword(raw: unknown, rules: PasswordRules): JudgedPassword {
  if (raw === undefined || raw === null || raw === '') return refused('missing')
  if (!isText(raw)) return refused('not-text')
  const password = normalizePassword(raw)
  const length = [...password].length
  if (length < rules.minLength) return refused('too-short')
  if (length > PASSWORD_MAX) return refused('too-long')
  if (rules.limits?.asciiOnly && !/^[\x20-\x7e]*$/.test(password)) return refused('characters')
  if (rules.limits && length > rules.limits.maxLength) return refused('too-long-for-mail')
  if (rules.login && isAboutLogin(password, rules.login, rules.address))
    return refused('contains-login')
  if (isAboutContact(password, rules.contactWords ?? [])) return refused('contains-contact')
  if ([...rules.serviceWords, ...MAIL_WORDS].some((word) => isMostly(password, word)))
    return refused('service-word')
  if (isCommonPassword(password)) return refused('common')
  return { kind: 'ok', password }
}

/** One password typed on two keyboards may arrive in two Unicode forms: both must sign in (NIST SP 800-63B-4, 3.1.1.2). */
export function normalizePassword(raw: string): string {
  return raw.normalize('NFC')
}

/** A name of three or four letters occurs in ordinary words: there only a password that is mostly the name is refused. */
function isAboutLogin(
  password: string,
  login: string,
  address: string | null | undefined,
): boolean {
  // Security: whoever knows the address does not know half of the password.
  if (address && isAboutContact(password, [address])) return true
  const bare = login.replace(/[._-]/g, '')
  const names = [login, reverse(login), bare, reverse(bare), ...login.split(/[._-]/).filter(isLong)]
  const forms = [fold(password), fold(password).replace(/[\s._-]/g, '')]
  return forms.some((form) =>
    names.some((name) => (isLong(name) && form.includes(name)) || isMostly(form, name)),
  )
}

/** However the number or the address is spelled, and whatever short thing is put beside it. */
function isAboutContact(password: string, words: readonly string[]): boolean {
  // Security: whoever knows a contact of the owner does not know the password.
  const forms = readingsOf(password).flatMap((reading) => [reading, joined(reading)])
  return words.some((word) =>
    forms.some((form) => isMostly(form, word) || isMostly(form, joined(word))),
  )
}

/** Whether what remains without the word is too little to guess, or itself among the common ones. */
function isMostly(password: string, word: string): boolean {
  const folded = fold(password)
  const rest = folded.replaceAll(fold(word), '')
  return rest !== folded && ([...rest].length < 8 || isCommonPassword(rest))
}

function isLong(name: string): boolean {
  return name.length >= 5
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

function joined(text: string): string {
  return text.replace(/[\s()+./_-]/g, '')
}

function reverse(text: string): string {
  return [...text].reverse().join('')
}

function refused(reason: PasswordRefusal): JudgedPassword {
  return { kind: 'refused', reason }
}
