// Settings: when the desk works, and how soon a case should be decided.
import { type Kind, list, time } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf } from '#server/kit/settings/setting-row.ts'
import type { WorkingHours } from './calendar.ts'

const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const hoursShape = /^([a-z]{3})(?:-([a-z]{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$/
const example = 'days and hours such as mon-fri 09:00-18:00'

function parseHours(raw: string): WorkingHours | undefined {
  const [, first = '', last = first, ...clock] = hoursShape.exec(raw.toLowerCase()) ?? []
  const [begin, end] = [dayNames.indexOf(first), dayNames.indexOf(last)]
  const [hour = 0, minute = 0, toHour = 0, toMinute = 0] = clock.map(Number)
  const [from, to] = [hour * 60 + minute, toHour * 60 + toMinute]
  const isClock = minute < 60 && toMinute < 60 && to <= 24 * 60
  if (begin < 0 || end < 0 || !isClock || from >= to) return undefined
  const count = ((end - begin + 7) % 7) + 1
  return { days: Array.from({ length: count }, (_, at) => (begin + at) % 7), from, to }
}

const hours: Kind<WorkingHours> = {
  takes: example,
  parse(raw) {
    const value = parseHours(raw)
    return value ? { ok: true, value } : { ok: false, fault: `must be ${example}` }
  },
}

const day: Kind<string> = {
  takes: 'a day such as 2026-12-25',
  parse(raw) {
    const parsed = new Date(`${raw}T00:00:00Z`)
    const isDay = !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(`${raw}T`)
    return isDay
      ? {
          ok: true,
          value: raw,
        }
      : { ok: false, fault: 'must be days as 2026-12-25' }
  },
}

export const clockRows = {
  deskHours: row(
    list(hours),
    'mon-fri 09:00-18:00',
    'when the abuse desk works, in TIME_ZONE; cases wait no time outside of these hours',
  ),
  deskHolidays: optional(list(day), 'days on which the abuse desk does not work'),
  dueHoursEmergency: row(
    time('hours'),
    '1',
    'a case of an emergency should be decided within this time, around the clock',
  ),
  dueHoursDangerous: row(
    time('hours'),
    '4',
    'a case of phishing, malware, fraud, threats or a false name should be decided within ' +
      'these working hours',
  ),
  dueHoursOther: row(
    time('hours'),
    '24',
    'any other case should be decided within these working hours',
  ),
} as const

export type ClockSettings = SettingsOf<typeof clockRows>
