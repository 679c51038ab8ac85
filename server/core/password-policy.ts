/** The one rule for passwords, at every door where one is chosen. */
import { isCommonPassword } from './common-passwords.ts'
import { isText } from './text-input.ts'

/** Code points. Above that a password is refused, never cut. */
export const PASSWORD_MAX = 256

export type PasswordRefusal =
  | 'missing'
  | 'not-text'
  | 'too-short'
  | 'too-long'
  | 'contains-login'
  | 'service-word'
  | 'common'

/** `password` is in NFC: what was judged is what must be hashed. */
export type JudgedPassword = { kind: 'ok'; password: string } | { kind: 'refused'; reason: PasswordRefusal }

export interface PasswordRules {
  /** Code points, the setting PASSWORD_MIN. */
  minLength: number
  /** The name before the @, lower case; null where it is not known yet. */
  login: string | null
  /** See `serviceWordsOf`. */
  serviceWords: readonly string[]
}

export function judgePassword(raw: unknown, rules: PasswordRules): JudgedPassword {
  if (raw === undefined || raw === null || raw === '') return refused('missing')
  if (!isText(raw)) return refused('not-text')
  const password = normalizePassword(raw)
  const length = [...password].length
  if (length < rules.minLength) return refused('too-short')
  if (length > PASSWORD_MAX) return refused('too-long')
  if (rules.login && isMostly(password, [rules.login, reverse(rules.login)])) return refused('contains-login')
  if (isMostly(password, rules.serviceWords)) return refused('service-word')
  if (isCommonPassword(password)) return refused('common')
  return { kind: 'ok', password }
}

/** One password typed on two keyboards may arrive in two Unicode forms: both must sign in (NIST SP 800-63B-4, 3.1.1.2). */
export function normalizePassword(raw: string): string {
  return raw.normalize('NFC')
}

/**
 * Security: a password is not the login or the service's name with a little around it. What remains after taking the words
 * out must itself be worth guessing; a long sentence that happens to hold the name is fine.
 */
function isMostly(password: string, words: readonly string[]): boolean {
  const folded = password.toLowerCase()
  return words.some((word) => {
    const rest = folded.replaceAll(word.toLowerCase(), '')
    return rest.length < folded.length && [...rest].length < 8
  })
}

function reverse(text: string): string {
  return [...text].reverse().join('')
}

function refused(reason: PasswordRefusal): JudgedPassword {
  return { kind: 'refused', reason }
}
