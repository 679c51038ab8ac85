// Working time: hours of the week in one time zone, without holidays.
import { msPerDay, msPerMinute } from '#server/core/durations.ts'

export interface WorkingHours {
  /** 0 is Sunday. */
  readonly days: readonly number[]
  /** Minutes after midnight. */
  readonly from: number
  readonly to: number
}

export interface Calendar {
  readonly timeZone: string
  /** Empty: around the clock. */
  readonly hours: readonly WorkingHours[]
  /** Days as `2026-12-25`. */
  readonly holidays: ReadonlySet<string>
}

export const aroundTheClock: Calendar = { timeZone: 'UTC', hours: [], holidays: new Set() }

/** No calendar rests longer, so a search that goes on has found a fault. */
const mostDays = 4000

const formats = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of a zone show, as if it were UTC. */
function wallClock(timeZone: string, instant: number): number {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    formats.set(timeZone, format)
  }
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  ) as Record<string, number>
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** The instant at which the clocks of a zone show this. */
function instantOf(timeZone: string, shown: number): number {
  const guess = shown - (wallClock(timeZone, shown) - shown)
  // The zone may have changed its offset between the two.
  return guess - (wallClock(timeZone, guess) - shown)
}

interface Span {
  readonly from: number
  readonly to: number
}

/** The working spans of one day, in order. @param midnight of the wall clock, as UTC */
function spansOf({ timeZone, hours, holidays }: Calendar, midnight: number): Span[] {
  const day = new Date(midnight)
  if (holidays.has(day.toISOString().slice(0, 10))) return []
  return hours
    .filter(({ days }) => days.includes(day.getUTCDay()))
    .map(({ from, to }) => ({
      from: instantOf(timeZone, midnight + from * msPerMinute),
      to: instantOf(timeZone, midnight + to * msPerMinute),
    }))
    .sort((one, other) => one.from - other.from)
}

/** Every working span from an instant on. */
function* spansFrom(calendar: Calendar, since: number): Generator<Span> {
  const first = Math.floor(wallClock(calendar.timeZone, since) / msPerDay) * msPerDay
  let reached = since
  for (let day = 0; day < mostDays; day += 1)
    for (const { from, to } of spansOf(calendar, first + day * msPerDay)) {
      const span = { from: Math.max(from, reached), to }
      if (span.from >= to) continue
      yield span
      // Spans may overlap, and each minute counts once.
      reached = to
    }
}

/** When so much working time will have passed. */
export function addWorkingTime(calendar: Calendar, from: Date, ms: number): Date {
  if (calendar.hours.length === 0) return new Date(from.getTime() + ms)
  let left = ms
  for (const span of spansFrom(calendar, from.getTime())) {
    const length = span.to - span.from
    if (length >= left) return new Date(span.from + left)
    left -= length
  }
  throw new Error('the calendar of the desk has no working time')
}

/** How much working time passes in between; 0 if `to` is not later. */
export function workingTimeBetween(calendar: Calendar, from: Date, to: Date): number {
  const end = to.getTime()
  if (calendar.hours.length === 0) return Math.max(0, end - from.getTime())
  let passed = 0
  for (const span of spansFrom(calendar, from.getTime())) {
    if (span.from >= end) break
    passed += Math.min(span.to, end) - span.from
  }
  return passed
}
