// Until when a case should be decided. The clock rests while a reporter is asked.
import type { Trx } from '#db/connection.ts'
import { msPerHour } from '#server/core/durations.ts'
import type { DeskParts } from '../desk.ts'
import type { ReportKind } from '../reports/report-kind.ts'
import { addWorkingTime, aroundTheClock, type Calendar, workingTimeBetween } from './calendar.ts'
import {
  type CaseClock,
  lockClock,
  lockWithoutClock,
  setDueAt,
  setPaused,
  setResumed,
} from './clock-store.ts'

const urgencies = ['other', 'dangerous', 'emergency'] as const
type Urgency = (typeof urgencies)[number]

const urgencyOf: Readonly<Record<ReportKind, Urgency>> = {
  spam: 'other',
  phishing: 'dangerous',
  malware: 'dangerous',
  fraud: 'dangerous',
  threats: 'dangerous',
  impersonation: 'dangerous',
  emergency: 'emergency',
  other: 'other',
}

type ClockParts = Pick<DeskParts, 'settings'>
type Clocked = Pick<CaseClock, 'kinds' | 'reportCount'>

/** The worst kind counts. A case without reports is of an account that sends too much. */
function judgeUrgency({ kinds, reportCount }: Clocked): Urgency {
  if (reportCount === 0) return 'dangerous'
  const found = kinds.map((kind) => urgencyOf[kind])
  return urgencies.findLast((each) => found.includes(each)) ?? 'other'
}

/** Whether a case of these kinds cannot wait. */
export const isUrgent = (kinds: readonly ReportKind[]): boolean =>
  kinds.some((kind) => urgencyOf[kind] === 'emergency')

function hoursOf({ settings }: ClockParts, urgency: Urgency): number {
  if (urgency === 'emergency') return settings.dueHoursEmergency
  return urgency === 'dangerous' ? settings.dueHoursDangerous : settings.dueHoursOther
}

function calendarOf({ settings }: ClockParts, urgency: Urgency): Calendar {
  if (urgency === 'emergency') return aroundTheClock
  const { timeZone, deskHours: hours, deskHolidays = [] } = settings
  return { timeZone, hours, holidays: new Set(deskHolidays) }
}

export function dueAt(parts: ClockParts, about: Clocked, from: Date): Date {
  const urgency = judgeUrgency(about)
  return addWorkingTime(calendarOf(parts, urgency), from, hoursOf(parts, urgency) * msPerHour)
}

/** A report has joined the case. A worse kind makes it due earlier, never later. */
export async function startClock(
  trx: Trx,
  parts: ClockParts,
  found: Clocked & { readonly id: string },
  receivedAt: Date,
): Promise<void> {
  await setDueAt(trx, found.id, dueAt(parts, found, receivedAt))
}

/** The reporter is asked. False if the clock is paused, has run out, or the case is closed. */
export async function pauseClock(
  trx: Trx,
  parts: ClockParts,
  caseId: string,
  at: Date,
): Promise<boolean> {
  const clock = await lockClock(trx, caseId)
  if (!clock?.dueAt || clock.dueAt <= at) return false
  const calendar = calendarOf(parts, judgeUrgency(clock))
  await setPaused(trx, caseId, workingTimeBetween(calendar, at, clock.dueAt))
  return true
}

/** The reporter has answered, or nobody waits for the answer any more. */
export async function resumeClock(
  trx: Trx,
  parts: ClockParts,
  caseId: string,
  at: Date,
): Promise<boolean> {
  const clock = await lockClock(trx, caseId)
  if (!clock || clock.leftMs === null) return false
  const urgency = judgeUrgency(clock)
  // A worse kind may have joined meanwhile.
  const leftMs = Math.min(clock.leftMs, hoursOf(parts, urgency) * msPerHour)
  await setResumed(trx, caseId, addWorkingTime(calendarOf(parts, urgency), at, leftMs))
  return true
}

/** Starts the clocks of cases that have none, at most 500. Returns how many. */
export async function startMissingClocks(parts: DeskParts): Promise<number> {
  return await parts.db.transaction(async (trx) => {
    const found = await lockWithoutClock(trx, 500)
    for (const each of found) await startClock(trx, parts, each, each.openedAt)
    return found.length
  })
}
