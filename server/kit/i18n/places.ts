// A place is kept as `Milan|Милан|Mailand, IT`: English, Russian, German.
import type { Locale } from './texts.ts'
import towns from './towns.json' with { type: 'json' }

/** As the place database spells the languages. It has no Belarusian. */
export interface PlaceNames {
  readonly en?: string | undefined
  readonly ru?: string | undefined
  readonly de?: string | undefined
}

const tidy = (name = '') => name.replaceAll(/[|,]/g, ' ').trim()

export function joinPlace(names: PlaceNames, country: string | undefined): string {
  const { en, ru, de } = { en: tidy(names.en), ru: tidy(names.ru), de: tidy(names.de) }
  const all = [en, ru === en ? '' : ru, de === en ? '' : de].join('|').replace(/\|+$/, '')
  return [en && all, country].filter(Boolean).join(', ')
}

const townIn = (locale: 'be' | 'ru', name: string, country: string): string => {
  const known: Readonly<Record<string, Readonly<Record<'be' | 'ru', string>>>> = towns
  return country === 'BY' ? (known[name]?.[locale] ?? '') : ''
}

function cityIn(locale: Locale, [en = '', ru = '', de = '']: readonly string[], country: string) {
  if (locale === 'be') return townIn('be', en, country)
  if (locale === 'ru') return ru || townIn('ru', en, country)
  return (locale === 'de' && de) || en
}

/** Leaves out a city without a name in the language's script. */
export function formatPlace(
  locale: Locale,
  place: string,
  countryOf: (code: string) => string,
): string {
  const [, names, country = ''] = /^(?:(.+), )?([A-Z]{2})$/.exec(place) ?? []
  if (!country) return place.split('|')[0] ?? place
  const city = names && cityIn(locale, names.split('|'), country)
  return [city, countryOf(country)].filter(Boolean).join(', ')
}
