/** Makes the secrets that are handed to people, and what is stored in their place. */
import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'

const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** 256 random bits as 43 characters of base64url: links, sessions, undo. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** True for what `newToken` could have made: everything else needs no look-up in the database. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value)
}

/** A code of so many decimal digits (1 to 14), every one equally likely, leading zeros included. */
export function newCode(digits: number): string {
  return String(randomInt(10 ** digits)).padStart(digits, '0')
}

/**
 * The digits of a code as people type, paste or are handed them (full-width, blanks, dashes), or null where it cannot be a
 * code of that length.
 */
export function parseCode(raw: unknown, digits: number): string | null {
  if (typeof raw !== 'string' || raw.length > 64) return null
  const code = raw.normalize('NFKC').replace(/[\s\p{Cf}\p{Pd}]/gu, '')
  return new RegExp(`^[0-9]{${digits}}$`).test(code) ? code : null
}

/** What the database keeps of a token (32 bytes). SHA-256 alone is enough for 256 random bits; codes need the keyring. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

/** Compares secrets, or digests of them, in a time that does not tell how much was right. */
export function sameSecret(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
