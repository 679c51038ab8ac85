// Formats moments, numbers, places and sizes in each language.
import { createMoments, type Moments, once } from './moments.ts'
import { formatPlace } from './places.ts'
import { type Locale, locales } from './texts.ts'

export interface Formats extends Moments {
  /** "5 minutes ago", "in 2 hours", "yesterday". */
  relative(instant: Date, now: Date): string
  number(value: number): string
  /** Writes the place `Minsk, BY` in the language. */
  place(place: string): string
  bytes(size: number): string
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

function createFormatsIn(locale: Locale, timeZone: string): Formats {
  const tag = locale === 'en' ? 'en-GB' : locale
  const relative = once(() => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))
  const number = once(() => new Intl.NumberFormat(tag))
  const country = once(() => new Intl.DisplayNames(tag, { type: 'region' }))
  const short = { style: 'unit', unitDisplay: 'short', maximumFractionDigits: 1 } as const
  const sizes = UNITS.map((unit) => once(() => new Intl.NumberFormat(tag, { ...short, unit })))
  return {
    ...createMoments(locale, tag, timeZone),
    relative(instant, now) {
      const seconds = (instant.getTime() - now.getTime()) / 1000
      const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['minute', 60]
      return relative().format(Math.trunc(seconds / length), unit)
    },
    place: (place) => formatPlace(locale, place, (code) => country().of(code) ?? code),
    number: (value) => number().format(value),
    bytes(size) {
      const step = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(size) / 10))
      return (sizes[step] as () => Intl.NumberFormat)()
        .format(size / 1024 ** step)
        .replaceAll(' ', '\u00a0')
    },
  }
}

/** @param timeZone IANA name */
export function createFormats(timeZone: string): Readonly<Record<Locale, Formats>> {
  return Object.fromEntries(
    locales.map((locale) => [locale, createFormatsIn(locale, timeZone)]),
  ) as Record<Locale, Formats>
}
