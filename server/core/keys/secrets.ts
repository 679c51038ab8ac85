import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value)
}

/** @param digits 1 to 14 */
export function newCode(digits: number): string {
  return String(randomInt(10 ** digits)).padStart(digits, '0')
}

/** Accepts full-width digits, blanks and dashes. Null for any other text. */
export function parseCode(raw: unknown, digits: number): string | null {
  if (typeof raw !== 'string' || raw.length > 64) return null
  const code = raw.normalize('NFKC').replace(/[\s\p{Cf}\p{Pd}]/gu, '')
  return new RegExp(`^[0-9]{${digits}}$`).test(code) ? code : null
}

/** For tokens that nobody can guess. A code of some digits needs the keyring. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

export function sameSecret(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
