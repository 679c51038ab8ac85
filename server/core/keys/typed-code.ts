// Secrets that people copy by hand, from paper or from an SMS.
import { randomInt } from 'node:crypto'

/** Has no characters that look alike, such as 0 and o. */
const alphabet = '23456789abcdefghjkmnpqrstvwxyz'
const group = 4
/** Over 78 random bits, as many as an SMS has room for. */
const tokenSigns = 16

export const newTypedCode = (signs: number): string =>
  Array.from({ length: signs }, () => alphabet[randomInt(alphabet.length)]).join('')

/** Spaces, dashes and capitals do not matter. Null for any other text. */
export function parseTypedCode(raw: string, signs: number): string | null {
  if (raw.length > 100) return null
  const code = raw
    .normalize('NFKC')
    .replace(/[\s\p{Cf}\p{Pd}]/gu, '')
    .toLowerCase()
  const isCode = code.length === signs && [...code].every((sign) => alphabet.includes(sign))
  return isCode ? code : null
}

/** `abcd-efgh-…`: in groups, so that people keep their place when they copy it. */
export const writeTypedCode = (code: string): string =>
  (code.match(new RegExp(`.{${group}}`, 'g')) ?? []).join('-')

/** Stands in place of the token of a link. */
export const newTypedToken = (): string => newTypedCode(tokenSigns)

export const parseTypedToken = (raw: string): string | null => parseTypedCode(raw, tokenSigns)

export const isTypedToken = (value: unknown): value is string =>
  typeof value === 'string' && parseTypedToken(value) === value
