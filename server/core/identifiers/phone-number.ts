import type { CountryCode } from 'libphonenumber-js/max'
import { lazily } from '../lazily.ts'
import { isText, trimPasted } from '../text-input.ts'
import { judgeUnknownRange } from './phone-range.ts'

const phoneNumbers = lazily<typeof import('libphonenumber-js/max')>('libphonenumber-js/max')
const examples = lazily<typeof import('libphonenumber-js/examples.mobile.json').default>(
  'libphonenumber-js/examples.mobile.json',
)

export type PhoneNumberRefusal =
  | 'missing'
  | 'shape'
  | 'extension'
  | 'country'
  | 'not-mobile'
  /** A number as it is written in another country that gets SMS. */
  | 'foreign'
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
    .replaceAll('\u2212', '-')
  if (typed === '') return refused('missing')
  if (/\p{Nd}[\s.]*(?:[;,#]|(?:extn?|x|int)(?!\p{L})|доб|вн)/iu.test(typed))
    return refused('extension')
  if (!/^[+\p{Nd}\s().\-/~\p{Pd}]+$/u.test(typed)) return refused('shape')
  const read = readings(typed).map((text) => readNumber(text, options.defaultCountry))
  const number = read.find((reading) => reading?.isValid())
  if (number === undefined) return judgeUnknown(typed, read, options)
  if (number.ext) return refused('extension')
  // Security: Numbers of no country, or of one that is not listed, are never texted.
  if (number.country === undefined || !isAllowed(number.country, options)) return refused('country')
  const type = number.getType()
  // North American numbers do not show whether they are mobile.
  if (type !== 'MOBILE' && type !== 'FIXED_LINE_OR_MOBILE') return refused('not-mobile')
  return accepted(number.number, number.country)
}

const readNumber = (text: string, country: string) =>
  phoneNumbers().parsePhoneNumberFromString(text, {
    defaultCountry: country as CountryCode,
    extract: false,
  })

const isAllowed = (country: string, { allowedCountries }: PhoneNumberOptions): boolean =>
  allowedCountries?.includes(country) ?? true

const accepted = (e164: string, country: string): ParsedPhoneNumber => ({
  kind: 'ok',
  e164,
  country,
  prefix: e164.slice(0, -4),
})

type Reading = ReturnType<typeof readNumber>

/** Operators get new ranges sooner than the library: the code proves such a number. */
function judgeUnknown(
  typed: string,
  [asTyped, international]: readonly Reading[],
  options: PhoneNumberOptions,
): ParsedPhoneNumber {
  const isForeign = isNationalElsewhere(typed, options)
  for (const number of [asTyped, international]) {
    if (!number?.isPossible() || number.ext) continue
    const countries = number.getPossibleCountries()
    const [country] = countries
    if (!country) continue
    if (!countries.every((each) => isAllowed(each, options))) return refused('country')
    const range = judgeUnknownRange(country, number.nationalNumber)
    if (range === 'to-try' && !isForeign) return accepted(number.number, country)
    if (range === 'costly' || range === 'land-line') return refused('not-mobile')
  }
  return refused(isForeign ? 'foreign' : 'shape')
}

function isNationalElsewhere(
  typed: string,
  { defaultCountry, allowedCountries }: PhoneNumberOptions,
) {
  if (typed.includes('+')) return false
  return (allowedCountries ?? []).some((country) => {
    if (country === defaultCountry) return false
    const number = readNumber(typed, country)
    return number?.country === country && number.isValid() && number.getType() === 'MOBILE'
  })
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

/** Likeliest first: as typed, 00 for the plus, the plus left out. */
function readings(typed: string): string[] {
  // Brackets may stand around the plus too: (+375 29) 123-45-67.
  if (typed.includes('+')) return [typed.replace(/^[\s(]*\+/, '+').replace(/^(\+[^(]*)\)/, '$1 ')]
  const international = typed.replace(/^[^\p{Nd}]*00/u, '+')
  // A shorter one could be a mistyped national number: Somalia has short ones.
  const digits = typed.match(/\p{Nd}/gu)?.length ?? 0
  return digits >= 11 ? [typed, international, `+${typed}`] : [typed, international]
}

function refused(reason: PhoneNumberRefusal): ParsedPhoneNumber {
  return { kind: 'refused', reason }
}
