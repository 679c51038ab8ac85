import type { CountryCode } from 'libphonenumber-js/max'
import { lazily } from '../lazily.ts'
import { isText, trimPasted } from '../text-input.ts'

const phoneNumbers = lazily<typeof import('libphonenumber-js/max')>('libphonenumber-js/max')
const examples = lazily<typeof import('libphonenumber-js/examples.mobile.json').default>(
  'libphonenumber-js/examples.mobile.json',
)

export type PhoneNumberRefusal = 'missing' | 'shape' | 'extension' | 'country' | 'not-mobile'
export type ParsedPhoneNumber =
  /** `prefix`: the block of 10,000 numbers that it belongs to, the unit in which number ranges are rented for fraud. */
  | { kind: 'ok'; e164: string; country: string; prefix: string }
  | { kind: 'refused'; reason: PhoneNumberRefusal }

export interface PhoneNumberOptions {
  /** ISO 3166 alpha-2: how a number without its country is read. */
  defaultCountry: string
  /** Where texts are sent to; absent means everywhere. */
  allowedCountries?: readonly string[]
}

/** One number has one form, E.164, in whichever of the usual spellings it was typed. */
export function parsePhoneNumber(raw: unknown, options: PhoneNumberOptions): ParsedPhoneNumber {
  if (raw === undefined || raw === null) return refused('missing')
  if (!isText(raw) || raw.length > 200) return refused('shape')
  const typed = trimPasted(raw.normalize('NFKC'))
    .replace(/^tel:/i, '')
    .replace(/\p{Cf}/gu, '')
  if (typed === '') return refused('missing')
  if (/\p{Nd}[\s.]*(?:[;,#]|(?:extn?|x|int)(?!\p{L})|доб|вн)/iu.test(typed))
    return refused('extension')
  // Letters, as in 0800-FLOWERS, have no one reading; anything else that is no digit and no separator is no number.
  if (!/^[+\p{Nd}\s().\-/~\p{Pd}]+$/u.test(typed)) return refused('shape')
  const country = options.defaultCountry as CountryCode
  const number = readings(typed)
    .map((text) =>
      phoneNumbers().parsePhoneNumberFromString(text, { defaultCountry: country, extract: false }),
    )
    .find((reading) => reading?.isValid())
  if (number === undefined) return refused('shape')
  if (number.ext) return refused('extension')
  // Security: numbers of no country, or of one that is not listed, are never texted.
  // They cost the most, and fraud is what asks for them.
  if (number.country === undefined) return refused('country')
  if (options.allowedCountries && !options.allowedCountries.includes(number.country))
    return refused('country')
  const type = number.getType()
  // Some plans (North America) cannot tell a mobile from a land line.
  if (type !== 'MOBILE' && type !== 'FIXED_LINE_OR_MOBILE') return refused('not-mobile')
  return {
    kind: 'ok',
    e164: number.number,
    country: number.country,
    prefix: number.number.slice(0, -4),
  }
}

/** How a mobile number of that country is written for the whole world, for a hint: `+375 29 491 19 11`. */
export function exampleMobile(country: string): string {
  const example = phoneNumbers().getExampleNumber(country as CountryCode, examples())
  return unbroken(example?.formatInternational() ?? '')
}

/** As people write it to others: `+375 29 491-19-11`. */
export const writePhone = (e164: string): string =>
  unbroken(phoneNumbers().parsePhoneNumberFromString(e164)?.formatInternational() ?? e164)

/** A number is not torn apart at the end of a line. */
const unbroken = (number: string) => number.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011')

/** The digits without those of the country, with which every spelling of the number ends. */
export const nationalNumberOf = (e164: string): string =>
  phoneNumbers().parsePhoneNumberFromString(e164)?.nationalNumber ?? e164.replace(/^\+/, '')

/** Enough to recognise one's own number by: `+375 •• •••-••-67`. */
export function maskPhone(e164: string): string {
  const number = phoneNumbers().parsePhoneNumberFromString(e164)
  const international = number?.formatInternational() ?? e164
  const code = number ? `+${number.countryCallingCode}` : ''
  const rest = international.slice(code.length)
  return code + rest.replace(/\d(?=(?:\D*\d){2})/g, '•')
}

/** In the order in which a person may have meant it: as dialled at home, by 00, or whole but for its plus. */
function readings(typed: string): string[] {
  const international = typed.replace(/^[^\p{Nd}]*00/u, '+')
  if (typed.includes('+')) return [typed]
  // A number at home with a slip of the finger is not to become a stranger's in Somalia: those are shorter than eleven digits.
  const whole = (typed.match(/\p{Nd}/gu)?.length ?? 0) >= 11
  return [typed, international, ...(whole ? [`+${typed}`] : [])]
}

function refused(reason: PhoneNumberRefusal): ParsedPhoneNumber {
  return { kind: 'refused', reason }
}
