import type { CountryCode } from 'libphonenumber-js/max'
import { isSupportedCountry } from 'libphonenumber-js/max'

/** An ISO 3166-1 alpha-2 code that phone numbers can belong to, or undefined. */
export const parsePhoneCountry = (raw: string): CountryCode | undefined => (isSupportedCountry(raw) ? raw : undefined)
