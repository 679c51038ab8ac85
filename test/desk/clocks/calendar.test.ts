import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import {
  addWorkingTime,
  aroundTheClock,
  type Calendar,
  workingTimeBetween,
} from '#server/desk/clocks/calendar.ts'
import { clockRows } from '#server/desk/clocks/settings.ts'

const calendarOf = (timeZone: string, hours: string, holidays: string[] = []): Calendar => {
  const parsed = clockRows.deskHours.kind.parse(hours)
  assert.ok(parsed.ok, hours)
  return { timeZone, hours: parsed.value, holidays: new Set(holidays) }
}

/** 2026-11-27 is a Friday. Minsk is three hours ahead of UTC. */
const minsk = calendarOf('Europe/Minsk', 'mon-fri 09:00-18:00', ['2026-11-30'])
const at = (text: string) => new Date(text)

test('working time passes in the hours of the desk alone, not at night or on holidays', () => {
  const due = (from: string, hours: number) =>
    addWorkingTime(minsk, at(from), hours * msPerHour)
      .toISOString()
      .slice(0, 16)
  assert.equal(due('2026-11-26T07:00Z', 4), '2026-11-26T11:00')
  assert.equal(due('2026-11-27T13:00Z', 4), '2026-12-01T08:00', 'over a weekend and a holiday')
  assert.equal(due('2026-11-28T20:00Z', 4), '2026-12-01T10:00')
  assert.equal(due('2026-11-25T06:00Z', 24), '2026-11-27T12:00')
  const day = addWorkingTime(aroundTheClock, at('2026-11-28T20:00Z'), msPerHour)
  assert.equal(day.toISOString(), '2026-11-28T21:00:00.000Z')
})

/** Counts the working minutes one by one. */
function countMinutes({ timeZone, hours, holidays }: Calendar, from: Date, to: Date): number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  let count = 0
  for (let now = from.getTime(); now < to.getTime(); now += msPerMinute) {
    const [day = '', clock = ''] = format.format(now).split(' ')
    const [hour = 0, minute = 0] = clock.split(':').map(Number)
    const weekday = new Date(`${day}T00:00Z`).getUTCDay()
    const works = hours.some(
      (each) =>
        each.days.includes(weekday) &&
        each.from <= hour * 60 + minute &&
        hour * 60 + minute < each.to,
    )
    if (works && !holidays.has(day)) count += 1
  }
  return count
}

test('working time is counted right in every zone, also where clocks are changed', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']
  const shifts = [
    'mon-fri 09:00-18:00',
    'mon-sun 00:00-24:00',
    'sat-sun 00:30-03:30, mon 06:00-24:00',
    'fri-mon 08:00-12:00, sun 10:00-14:00',
  ]
  // Around the days on which Europe, America or Australia change their clocks.
  const days = ['2026-03-07', '2026-03-28', '2026-04-03', '2026-10-03', '2026-10-24', '2026-10-31']
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      fc.constantFrom(...shifts),
      fc.constantFrom(...days),
      fc.nat(60 * 36),
      fc.nat(60 * 80),
      (zone, hours, day, begin, length) => {
        const calendar = calendarOf(zone, hours, ['2026-10-26'])
        const from = new Date(at(`${day}T00:00Z`).getTime() + begin * msPerMinute)
        const to = new Date(from.getTime() + length * msPerMinute)
        const passed = workingTimeBetween(calendar, from, to)
        assert.equal(passed / msPerMinute, countMinutes(calendar, from, to))
        if (passed === 0) return
        const end = addWorkingTime(calendar, from, passed)
        assert.ok(end <= to, 'the time is not over later than it was counted')
        assert.equal(workingTimeBetween(calendar, from, end), passed)
      },
    ),
    { numRuns: 30 },
  )
})

test('hours that no desk can have are refused at the start', () => {
  const refused = [
    '',
    'mon-fri',
    'mon 18:00-09:00',
    'mon 09:00-25:00',
    'mon 09:60-10:00',
    'xyz 1-2',
  ]
  for (const text of refused) assert.equal(clockRows.deskHours.kind.parse(text).ok, false, text)
  for (const text of ['2026-02-30', '30.11.2026', '2026-1-1'])
    assert.equal(clockRows.deskHolidays.kind.parse(text).ok, false, text)
})
