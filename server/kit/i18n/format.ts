// Formats moments, numbers, places and sizes in each language.
import { type Locale, locales } from './texts.ts'

export interface Formats {
  /** Names the time zone, as `time` does. */
  dateTime(instant: Date): string
  date(instant: Date): string
  time(instant: Date): string
  /** "5 minutes ago", "in 2 hours", "yesterday". */
  relative(instant: Date, now: Date): string
  number(value: number): string
  /** Replaces the country code of `Minsk, BY` by its name. */
  place(place: string): string
  bytes(size: number): string
}

const DAY = { day: 'numeric', month: 'long', year: 'numeric' } as const
const CLOCK = {
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** No line breaks between time and zone, day and month, year and "г.". */
const unbroken = (text: string) =>
  text
    .replace(/(?:\S+ )?\d\d:\d\d \S+$/, (end) => end.replaceAll(' ', '\u00a0'))
    .replace(/(?<=^\d\d?\.?) | (?=г\.)/g, '\u00a0')

/** A formatter costs milliseconds and half a megabyte: made at first use. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function createFormatsIn(locale: Locale, timeZone: string): Formats {
  const tag = locale === 'en' ? 'en-GB' : locale
  const dateTime = once(() => new Intl.DateTimeFormat(tag, { ...DAY, ...CLOCK, timeZone }))
  const date = once(() => new Intl.DateTimeFormat(tag, { ...DAY, timeZone }))
  const time = once(() => new Intl.DateTimeFormat(tag, { ...CLOCK, timeZone }))
  const relative = once(() => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))
  const number = once(() => new Intl.NumberFormat(tag))
  const country = once(() => new Intl.DisplayNames(tag, { type: 'region' }))
  const short = { style: 'unit', unitDisplay: 'short', maximumFractionDigits: 1 } as const
  const sizes = UNITS.map((unit) => once(() => new Intl.NumberFormat(tag, { ...short, unit })))
  return {
    dateTime: (instant) => unbroken(dateTime().format(instant)),
    date: (instant) => unbroken(date().format(instant)),
    time: (instant) => unbroken(time().format(instant)),
    relative(instant, now) {
      const seconds = (instant.getTime() - now.getTime()) / 1000
      const [unit, length] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ['minute', 60]
      return relative().format(Math.trunc(seconds / length), unit)
    },
    place: (place) => place.replace(/(?<=^|, )[A-Z]{2}$/, (code) => country().of(code) ?? code),
    number: (value) => number().format(value),
    bytes(size) {
      const step = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(size) / 10))
      return (sizes[step] as () => Intl.NumberFormat)()
        .format(size / 1024 ** step)
        .replaceAll(' ', '\u00a0')
    },
  }
}

/** Times name their zone: the visitor's is unknown. @param timeZone IANA name */
export function createFormats(timeZone: string): Readonly<Record<Locale, Formats>> {
  return Object.fromEntries(
    locales.map((locale) => [locale, createFormatsIn(locale, timeZone)]),
  ) as Record<Locale, Formats>
}
