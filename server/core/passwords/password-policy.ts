import { readingsOf } from '../identifiers/contact-words.ts'
import { isText } from '../text-input.ts'
import { isCommonPassword } from './common-passwords.ts'

/** Code points. A longer password is refused, never cut. */
export const PASSWORD_MAX = 256

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

/** `password` is in NFC: hash this form. */
export type JudgedPassword =
  | { kind: 'ok'; password: string }
  | { kind: 'refused'; reason: PasswordRefusal }

/** Limits of the mail platform: no other password would ever open the mailbox. */
export interface PasswordLimits {
  asciiOnly: boolean
  maxLength: number
}

export interface PasswordRules {
  /** Code points. */
  minLength: number
  login: string | null
  address?: string | null
  /** From `wordsOfContact`, for the contacts of the account. */
  contactWords?: readonly string[]
  serviceWords: readonly string[]
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

/** Keyboards may write one password in two Unicode forms (NIST SP 800-63B-4, 3.1.1.2). */
export function normalizePassword(raw: string): string {
  return raw.normalize('NFC')
}

// Ordinary words contain short names, so these
// are refused only where they are most of the password.
function isAboutLogin(
  password: string,
  login: string,
  address: string | null | undefined,
): boolean {
  // Security: No password is made of the name or address of its mailbox.
  if (address && isAboutContact(password, [address])) return true
  const bare = login.replace(/[._-]/g, '')
  const names = [login, reverse(login), bare, reverse(bare), ...login.split(/[._-]/).filter(isLong)]
  const forms = [fold(password), fold(password).replace(/[\s._-]/g, '')]
  return forms.some((form) =>
    names.some((name) => (isLong(name) && form.includes(name)) || isMostly(form, name)),
  )
}

function isAboutContact(password: string, words: readonly string[]): boolean {
  // Security: No password is made of a contact of its owner, however it is spelled.
  const forms = readingsOf(password).flatMap((reading) => [reading, joined(reading)])
  return words.some((word) =>
    forms.some((form) => isMostly(form, word) || isMostly(form, joined(word))),
  )
}

/** The password has the word in it, and the rest is short or common. */
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
