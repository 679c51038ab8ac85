import type { CountryCode } from 'libphonenumber-js/max'
import { lazily } from '../lazily.ts'
import { isText, trimPasted } from '../text-input.ts'

const phoneNumbers = lazily<typeof import('libphonenumber-js/max')>('libphonenumber-js/max')
const examples = lazily<typeof import('libphonenumber-js/examples.mobile.json').default>(
  'libphonenumber-js/examples.mobile.json',
)

export type PhoneNumberRefusal = 'missing' | 'shape' | 'extension' | 'country' | 'not-mobile'
export type ParsedPhoneNumber =
  /** `prefix` lacks the last four digits: fraudsters rent such blocks. */
  | { kind: 'ok'; e164: string; country: string; prefix: string }
  | { kind: 'refused'; reason: PhoneNumberRefusal }

export interface PhoneNumberOptions {
  defaultCountry: string
  /** Absent: every country. */
  allowedCountries?: readonly string[]
}

export function parsePhoneNumber(raw: unknown, options: PhoneNumberOptions): ParsedPhoneNumber {
  if (raw === undefined || raw === null) return refused('missing')
  if (!isText(raw) || raw.length > 200) return refused('shape')
  const typed = trimPasted(raw.normalize('NFKC'))
    .replace(/^tel:/i, '')
    .replace(/\p{Cf}/gu, '')
  if (typed === '') return refused('missing')
  if (/\p{Nd}[\s.]*(?:[;,#]|(?:extn?|x|int)(?!\p{L})|доб|вн)/iu.test(typed))
    return refused('extension')
  if (!/^[+\p{Nd}\s().\-/~\p{Pd}]+$/u.test(typed)) return refused('shape')
  const country = options.defaultCountry as CountryCode
  const number = readings(typed)
    .map((text) =>
      phoneNumbers().parsePhoneNumberFromString(text, { defaultCountry: country, extract: false }),
    )
    .find((reading) => reading?.isValid())
  if (number === undefined) return refused('shape')
  if (number.ext) return refused('extension')
  // Security: Numbers of no country, or of one that is not listed, are never texted.
  if (number.country === undefined) return refused('country')
  if (options.allowedCountries && !options.allowedCountries.includes(number.country))
    return refused('country')
  const type = number.getType()
  // North American numbers do not show whether they are mobile.
  if (type !== 'MOBILE' && type !== 'FIXED_LINE_OR_MOBILE') return refused('not-mobile')
  return {
    kind: 'ok',
    e164: number.number,
    country: number.country,
    prefix: number.number.slice(0, -4),
  }
}

export function exampleMobile(country: string): string {
  const example = phoneNumbers().getExampleNumber(country as CountryCode, examples())
  return unbroken(example?.formatInternational() ?? '')
}

export const writePhone = (e164: string): string =>
  unbroken(phoneNumbers().parsePhoneNumberFromString(e164)?.formatInternational() ?? e164)

const unbroken = (number: string) => number.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011')

export const nationalNumberOf = (e164: string): string =>
  phoneNumbers().parsePhoneNumberFromString(e164)?.nationalNumber ?? e164.replace(/^\+/, '')

export function maskPhone(e164: string): string {
  const number = phoneNumbers().parsePhoneNumberFromString(e164)
  const international = number?.formatInternational() ?? e164
  const code = number ? `+${number.countryCallingCode}` : ''
  const rest = international.slice(code.length)
  return code + rest.replace(/\d(?=(?:\D*\d){2})/g, '•')
}

/** Likeliest first: a national number, 00 for the plus, the plus left out. */
function readings(typed: string): string[] {
  const international = typed.replace(/^[^\p{Nd}]*00/u, '+')
  if (typed.includes('+')) return [typed]
  // A shorter one could be a mistyped national number: Somalia has short ones.
  const digits = typed.match(/\p{Nd}/gu)?.length ?? 0
  return digits >= 11 ? [typed, international, `+${typed}`] : [typed, international]
}

function refused(reason: PhoneNumberRefusal): ParsedPhoneNumber {
  return { kind: 'refused', reason }
}
