// The second factor of staff: recovery codes, and TOTP as every authenticator app has it
// (RFC 6238 with SHA-1, 6 digits, 30 seconds).
import { randomInt } from 'node:crypto'
import { msPerSecond } from '#server/core/durations.ts'
import { parseCode } from '#server/core/keys/secrets.ts'
import { lazily } from '#server/core/lazily.ts'

const totp = lazily<typeof import('otplib')>('otplib')

export const factorDigits = 6
export const factorSealPurpose = 'staff.factor'
/** How far the clock of the authenticator may be wrong. */
const toleranceSeconds = 30

/** 160 random bits in Base32 (RFC 4226 asks for 128 at least). */
export const newFactorSecret = (): string => totp().generateSecret({ length: 20 })

export const factorUri = (secret: string, issuer: string, address: string): string =>
  totp().generateURI({ issuer, label: address, secret })

/** The time step of the code, or null if the code is not valid now. */
export function factorStepOf(secret: string, code: string, at: Date): number | null {
  const epoch = Math.floor(at.getTime() / msPerSecond)
  const verified = totp().verifySync({
    secret,
    token: code,
    epoch,
    epochTolerance: toleranceSeconds,
  })
  return verified.valid && 'timeStep' in verified ? verified.timeStep : null
}

// No two of these characters look alike.
const alphabet = '23456789abcdefghjkmnpqrstvwxyz'
const signs = 16
export const recoveryCodes = 10

/** 16 characters from an alphabet of 30 make 78 bits. */
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

/** One field takes both kinds. Spaces, dashes and capitals do not matter. */
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
