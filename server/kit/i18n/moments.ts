// Moments and waits in words. Pages say "today at 12:03", and letters name the time zone.
import { msPerDay, msPerMinute, msPerSecond } from '#server/core/durations.ts'
import patterns from './moments.json' with { type: 'json' }
import type { Locale } from './texts.ts'

export interface Moments {
  /** For a letter, which is read later: "22 November 2026 at 12:03 (Minsk time)". */
  dateTime(instant: Date): string
  date(instant: Date): string
  /** "today", "yesterday", "22 November". */
  day(instant: Date, now: Date): string
  time(instant: Date): string
  /** Alone or after a colon: "today at 12:03", "22 November at 12:03". */
  moment(instant: Date, now: Date): string
  /** Within a sentence: "today at 12:03", "on 22 November at 12:03". */
  onMoment(instant: Date, now: Date): string
  /** After "until" or "since": "12:03", "tomorrow at 12:03". */
  bound(instant: Date, now: Date): string
  /** "in 45 seconds (at 12:03)" */
  wait(end: Date, now: Date): string
}

const DAY = { day: 'numeric', month: 'long' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

/** A unit: up to which number it is used, how many seconds it has, and its name. */
const WAITS: readonly [number, number, Intl.RelativeTimeFormatUnit][] = [
  [90, 1, 'second'],
  [90, 60, 'minute'],
  [36, 3_600, 'hour'],
]
const LONGEST = [Number.POSITIVE_INFINITY, 86_400, 'day'] as const

const fill = (pattern: string, values: Readonly<Record<string, string>>): string =>
  pattern.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')

/** No line breaks between day and month, or between a time and its words. */
const unbroken = (text: string): string =>
  text.replace(/(?<=^\d\d?\.?) | (?=\d\d:\d\d)|(?<=\d\d:\d\d) (?=\p{L})/gu, '\u00a0')

/** A formatter costs milliseconds and half a megabyte: made at first use. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

function zoneName(locale: Locale, tag: string, timeZone: string): string {
  const zones: Readonly<Record<string, string>> = patterns[locale].zones
  const known = zones[timeZone]
  if (known) return known
  const named = new Intl.DateTimeFormat(tag, { timeZone, timeZoneName: 'longGeneric' })
  const name = named.formatToParts(0).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  // CLDR writes an offset where it has no name.
  const isOffset = /^(?:GMT|UTC)/.test(name)
  return isOffset ? timeZone.replace(/^.*\//, '').replaceAll('_', ' ') : name
}

function calendarOf(timeZone: string) {
  const numbers = { year: 'numeric', month: 'numeric', day: 'numeric' } as const
  const parts = once(() => new Intl.DateTimeFormat('en', { timeZone, ...numbers }))
  return (instant: Date): { readonly year: number; readonly day: number } => {
    const found = parts().formatToParts(instant)
    const [month = 0, day = 0, year = 0] = found
      .filter(({ type }) => type !== 'literal')
      .map(({ value }) => Number(value))
    return { year, day: Date.UTC(year, month - 1, day) / msPerDay }
  }
}

const wholeMinute = (end: Date): Date =>
  new Date(Math.ceil(end.getTime() / msPerMinute) * msPerMinute)

export function createMoments(locale: Locale, tag: string, timeZone: string): Moments {
  const words = patterns[locale]
  const long = once(() => new Intl.DateTimeFormat(tag, { ...DAY, year: 'numeric', timeZone }))
  const short = once(() => new Intl.DateTimeFormat(tag, { ...DAY, timeZone }))
  const clock = once(() => new Intl.DateTimeFormat(tag, { ...CLOCK, timeZone }))
  const days = once(() => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }))
  const waits = once(() => new Intl.RelativeTimeFormat(tag))
  const zone = once(() => zoneName(locale, tag, timeZone))
  const calendar = calendarOf(timeZone)

  // The abbreviation would end a sentence with two full stops.
  const date = (instant: Date) =>
    unbroken(long().format(instant)).replace(/ \p{L}\.$/u, `\u00a0${words.year}`)
  const time = (instant: Date) => clock().format(instant)

  function dayOf(instant: Date, now: Date) {
    const [then, today] = [calendar(instant), calendar(now)]
    const distance = then.day - today.day
    const isNear = Math.abs(distance) <= 1
    const isThisYear = then.year === today.year
    const day = isThisYear ? unbroken(short().format(instant)) : date(instant)
    return { distance, isNear, day: isNear ? days().format(distance, 'day') : day }
  }

  function onMoment(instant: Date, now: Date): string {
    const { isNear, day } = dayOf(instant, now)
    return unbroken(fill(isNear ? words.day : words.on, { day, time: time(instant) }))
  }

  return {
    date,
    time,
    day: (instant, now) => dayOf(instant, now).day,
    onMoment,
    dateTime: (instant) =>
      unbroken(fill(words.letter, { day: date(instant), time: time(instant), zone: zone() })),
    moment: (instant, now) =>
      unbroken(fill(words.day, { day: dayOf(instant, now).day, time: time(instant) })),
    bound(instant, now) {
      const { distance, day } = dayOf(instant, now)
      const pattern = distance === 0 ? words.clock : words.bound
      return unbroken(fill(pattern, { day, time: time(instant) }))
    },
    wait(end, now) {
      const seconds = Math.max(1, Math.ceil((end.getTime() - now.getTime()) / msPerSecond))
      const [, length, unit] = WAITS.find(([most, each]) => seconds / each <= most) ?? LONGEST
      const wait = waits().format(Math.ceil(seconds / length), unit)
      const whole = wholeMinute(end)
      const isToday = dayOf(whole, now).distance === 0
      const when = isToday ? fill(words.at, { time: time(whole) }) : onMoment(whole, now)
      return unbroken(fill(words.wait, { wait, when }))
    },
  }
}
