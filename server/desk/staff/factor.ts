/** The second factor of staff: TOTP (RFC 6238: SHA-1, 6 digits, 30 seconds, as every authenticator has it) and recovery codes. */
import { randomInt } from 'node:crypto'
import { parseCode } from '#server/core/keys/secrets.ts'
import { lazily } from '#server/core/lazily.ts'

// Staff alone need it.
const totp = lazily<typeof import('otplib')>('otplib')

export const factorDigits = 6
export const factorSealPurpose = 'staff.factor'
/** Clocks of phones may be this far off. */
const toleranceSeconds = 30

/** 160 random bits in Base32 (RFC 4226 asks for 128 at least). */
export const newFactorSecret = (): string => totp().generateSecret({ length: 20 })

/** What the QR code holds. */
export const factorUri = (secret: string, issuer: string, address: string): string =>
  totp().generateURI({ issuer, label: address, secret })

/** The time step that the code belongs to, or null where it belongs to none of now. */
export function factorStepOf(secret: string, code: string, at: Date): number | null {
  const epoch = Math.floor(at.getTime() / 1000)
  const verified = totp().verifySync({
    secret,
    token: code,
    epoch,
    epochTolerance: toleranceSeconds,
  })
  return verified.valid && 'timeStep' in verified ? verified.timeStep : null
}

// Without the signs that are taken for one another.
const alphabet = '23456789abcdefghjkmnpqrstvwxyz'
const signs = 16
export const recoveryCodes = 10

/** 16 signs of 30, which is 78 bits, in groups of four. */
const newRecoveryCode = (): string =>
  Array.from(
    { length: signs },
    (_, at) => `${at && at % 4 === 0 ? '-' : ''}${alphabet[randomInt(alphabet.length)]}`,
  ).join('')

export const newRecoveryCodes = (): string[] =>
  Array.from({ length: recoveryCodes }, newRecoveryCode)

export type TypedFactor =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'recovery-code'; readonly code: string }
  | { readonly kind: 'neither' }

/** One field takes both. Blanks, dashes and capitals do not matter. */
export function parseFactor(typed: string): TypedFactor {
  const digits = parseCode(typed, factorDigits)
  if (digits) return { kind: 'totp', code: digits }
  if (typed.length > 64) return { kind: 'neither' }
  const code = typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}]/gu, '')
    .toLowerCase()
  const known = code.length === signs && [...code].every((sign) => alphabet.includes(sign))
  return known ? { kind: 'recovery-code', code } : { kind: 'neither' }
}
