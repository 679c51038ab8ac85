// The codes of a printed sheet.
import { randomInt } from 'node:crypto'
import { hashToken } from '#server/core/keys/secrets.ts'

/** Has no characters that look alike, such as 0 and o. */
const alphabet = '23456789abcdefghjkmnpqrstvwxyz'
const signs = 24
const group = 4
export const codesOnSheet = 5

// Security: A printed code has over 112 random bits, so no limit on tries can keep its owner out.
const newCode = (): string =>
  Array.from({ length: signs }, () => alphabet[randomInt(alphabet.length)]).join('')

export const newSheet = (): string[] => Array.from({ length: codesOnSheet }, newCode)

/** Spaces, dashes and capitals do not matter. Null for what is no code of a sheet. */
export function parseSheetCode(raw: string): string | null {
  if (raw.length > 100) return null
  const code = raw
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Pd}]/gu, '')
    .toLowerCase()
  const isCode = code.length === signs && [...code].every((sign) => alphabet.includes(sign))
  return isCode ? code : null
}

/** `abcd-efgh-…`: in groups, so that people keep their place when they copy it. */
export const writeCode = (code: string): string =>
  (code.match(new RegExp(`.{${group}}`, 'g')) ?? []).join('-')

// Security: Only digests of printed codes are kept.
export const digestOfCode = (code: string): Buffer => hashToken(`recovery-codes ${code}`)
