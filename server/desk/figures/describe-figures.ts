// The figures as the page shows them: rounded, with a unit, and with the charts beside them.
import { type BarChart, barChart, type LineChart } from './charts.ts'
import type { Quality } from './quality-store.ts'
import type { WaitingCases } from './trends-store.ts'

export interface ShownDuration {
  readonly unit: 'seconds' | 'minutes' | 'hours' | 'days'
  readonly amount: number
}

/** The unit in which people read this length of time most easily. */
export function describeDuration(seconds: number | null): ShownDuration | null {
  if (seconds === null) return null
  if (seconds < 120) return { unit: 'seconds', amount: Math.round(seconds * 10) / 10 }
  if (seconds < 7200) return { unit: 'minutes', amount: Math.round(seconds / 60) }
  if (seconds < 172_800) return { unit: 'hours', amount: Math.round(seconds / 3600) }
  return { unit: 'days', amount: Math.round(seconds / 86_400) }
}

const percentOf = (share: number | null) => (share === null ? null : Math.round(share * 1000) / 10)

/** Each share is a number from 0 to 1. */
export interface Totals {
  readonly reports: number
  readonly measures: number
  readonly openCases: number
  readonly oldestSeconds: number | null
  readonly firstLookSeconds: number | null
  readonly effectSeconds: number | null
  readonly shareProven: number | null
  readonly shareLifted: number | null
  readonly shareInTime: number | null
  readonly lateCases: number
  readonly appealsWaiting: number
  readonly duplicates: number
  readonly repeatOffenders: number
}

/** In the order of the page. Texts: `staff-figures.total.<name>`. */
export const describeTotals = (totals: Totals) => [
  { name: 'reports', count: totals.reports },
  { name: 'duplicates', count: totals.duplicates },
  { name: 'open', count: totals.openCases },
  { name: 'late', count: totals.lateCases },
  { name: 'oldest', duration: describeDuration(totals.oldestSeconds) },
  { name: 'inTime', percent: percentOf(totals.shareInTime) },
  { name: 'firstLook', duration: describeDuration(totals.firstLookSeconds) },
  { name: 'effect', duration: describeDuration(totals.effectSeconds) },
  { name: 'measures', count: totals.measures },
  { name: 'repeated', count: totals.repeatOffenders },
  { name: 'proven', percent: percentOf(totals.shareProven) },
  { name: 'lifted', percent: percentOf(totals.shareLifted) },
  { name: 'waiting', count: totals.appealsWaiting },
]

interface DayLabel {
  readonly at: number
  readonly text: string
}

/** Labels under every `step`th column, from the second on. */
const labelDays = (days: readonly Date[], step: number): DayLabel[] =>
  days
    .map((day, at) => ({ at, text: day.toISOString().slice(5, 10).split('-').reverse().join('.') }))
    .filter(({ at }) => at % step === 1)

export interface IntakeDay {
  readonly day: Date
  readonly reports: number
  readonly proven: number
  readonly measures: number
}

export function describeIntake<Day extends Omit<IntakeDay, 'measures'>>(
  rows: readonly Day[],
): { rows: readonly Day[]; chart: BarChart; labels: DayLabel[] } {
  const bars = rows.map(({ reports, proven }) => ({ value: reports, part: proven }))
  const days = rows.map(({ day }) => day)
  return { rows, chart: barChart(bars), labels: labelDays(days, 7) }
}

export const describeBacklog = (rows: readonly WaitingCases[]) => ({
  rows,
  chart: barChart(rows.map(({ cases, high }) => ({ value: cases, part: high }))),
})

/** Reports that ended without a breach. Texts: `staff-figures.quality.<name>`. */
export const describeQuality = ({ byRule, byReporter }: Pick<Quality, 'byRule' | 'byReporter'>) => [
  { name: 'byRule', rows: byRule },
  { name: 'byReporter', rows: byReporter },
]

export interface TrendWeek {
  readonly week: Date
  /** Seconds. */
  readonly p50: number | null
  readonly p95: number | null
  readonly count: number
}

export const describeTrend = (
  name: 'firstLook' | 'effect',
  weeks: readonly TrendWeek[],
  chart: LineChart,
) => ({
  name,
  rows: weeks.map(({ week, p50, p95, count }) => ({
    week,
    p50: describeDuration(p50),
    p95: describeDuration(p95),
    count,
  })),
  chart,
  labels: labelDays(
    weeks.map(({ week }) => week),
    4,
  ),
})
