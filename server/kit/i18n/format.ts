// Moments, lengths of time, numbers and sizes as people of each language write them.
import { type Locale, locales } from './texts.ts'

export interface Formats {
  /** Day and time with the zone, for moments that must not be mistaken. */
  dateTime(instant: Date): string
  date(instant: Date): string
  /** Time of day with the zone. */
  time(instant: Date): string
  /** "5 minutes ago", "in 2 hours", "yesterday": the largest unit that fits. */
  relative(instant: Date, now: Date): string
  number(value: number): string
  /** `Minsk, BY` with the country's name. */
  place(place: string): string
  /** A size in binary units with at most one decimal. */
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

/** "at 12:03 GMT+3" stays on one line, and so do a day with its month and a year with its "г." */
const hold = (text: string) =>
  text
    .replace(/(?:\S+ )?\d\d:\d\d \S+$/, (end) => end.replaceAll(' ', '\u00a0'))
    .replace(/(?<=^\d\d?\.?) | (?=г\.)/g, '\u00a0')

/** Made when first used: a formatter takes milliseconds and half a megabyte, and most languages are rarely asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function createFormatsIn(locale: Locale, timeZone: string): Formats {
  // British order and spelling: the texts are in British English.
  const tag = locale === 'en' ? 'en-GB' : locale
  const dateTime = once(() => new Intl.DateTimeFormat(tag, { ...DAY, ...CLOCK, timeZone }))
  const date = once(() => new Intl.DateTimeFormat(tag, { ...DAY, timeZone }))
  const time = once(() => new Intl.DateTimeFormat(tag, { ...CLOCK, timeZone }))
  const relative = once(() => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))
  const number = once(() => new Intl.NumberFormat(tag))
  const country = once(() => new Intl.DisplayNames(tag, { type: 'region' }))
  const sizes = UNITS.map((unit) =>
    once(
      () =>
        new Intl.NumberFormat(tag, {
          style: 'unit',
          unit,
          unitDisplay: 'short',
          maximumFractionDigits: 1,
        }),
    ),
  )
  return {
    dateTime: (instant) => hold(dateTime().format(instant)),
    date: (instant) => hold(date().format(instant)),
    time: (instant) => hold(time().format(instant)),
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

/** `timeZone` is an IANA name; a server-rendered page cannot know the visitor's own, so every time names its zone. */
export function createFormats(timeZone: string): Readonly<Record<Locale, Formats>> {
  return Object.fromEntries(
    locales.map((locale) => [locale, createFormatsIn(locale, timeZone)]),
  ) as Record<Locale, Formats>
}
