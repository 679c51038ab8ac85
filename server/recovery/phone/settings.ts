import { parsePhoneCountry } from '#server/core/identifiers/phone-country.ts'
import { list, text, time, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const phoneRows = {
  smsCountries: row(
    list(text('an ISO 3166 country')),
    'BY,RU,UA,KZ,PL,LT,LV,EE,DE,AT,CH,LI,NL,BE,LU,FR,IT,ES,PT,GB,IE,DK,SE,NO,FI,IS,' +
      'CZ,SK,HU,SI,HR,RO,BG,GR,CY,MT,MD,GE,AM,IL,TR,US,CA',
    'countries whose numbers get SMS; each further one is a way to run up costs',
  ),
  limitSmsPerNumberDay: row(whole(1), '6', 'SMS to one number a day over all purposes'),
  limitSmsWaitSeconds: row(
    time('seconds'),
    '60',
    'wait before the second SMS to a number; then twice and five times as long',
  ),
  limitSmsTotalDay: row(
    whole(0),
    '2000',
    'SMS a day in all; at its end confirmed numbers are still served',
  ),
} as const

export type PhoneSettings = SettingsOf<typeof phoneRows>

export const phoneFaults = ({ smsCountries = [] }: Partial<PhoneSettings>): string[] =>
  smsCountries
    .filter((country) => !parsePhoneCountry(country))
    .map((country) => `SMS_COUNTRIES ${country} is not a country`)
