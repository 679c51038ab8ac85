// How the desk does: the last 30 days in numbers, the last 12 weeks as waiting times.
import type { RequestHandler } from 'express'
import { msPerDay } from '#server/core/durations.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { recordLook } from '../audit/record-look.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { lineChart } from './charts.ts'
import {
  describeBacklog,
  describeIntake,
  describeQuality,
  describeTotals,
  describeTrend,
  type IntakeDay,
  type TrendWeek,
} from './describe-figures.ts'
import { type DayFigures, readFigures } from './figures-store.ts'
import { readQuality } from './quality-store.ts'
import { readTrends, readWaiting } from './trends-store.ts'

const shownDays = 30

const fillDays = (known: readonly DayFigures[], from: Date): IntakeDay[] =>
  Array.from({ length: shownDays }, (_, index) => {
    const day = new Date(from.getTime() + index * msPerDay)
    const found = known.find((each) => each.day === day.toISOString().slice(0, 10))
    return {
      day,
      reports: found?.reports ?? 0,
      proven: found?.proven ?? 0,
      measures: found?.measures ?? 0,
    }
  })

const minutes = (seconds: number | null) => (seconds === null ? null : seconds / 60)
const minutesChart = (weeks: readonly TrendWeek[]) =>
  lineChart([weeks.map(({ p50 }) => minutes(p50)), weeks.map(({ p95 }) => minutes(p95))])
const secondsChart = (weeks: readonly TrendWeek[]) =>
  lineChart([weeks.map(({ p50 }) => p50), weeks.map(({ p95 }) => p95)])

export function figuresPage(parts: DeskPageParts): RequestHandler {
  const { db, clock } = parts
  return async (req, res) => {
    const { id: staffId } = staffOf(req)
    const at = clock.now()
    const to = new Date((Math.floor(at.getTime() / msPerDay) + 1) * msPerDay)
    const from = new Date(to.getTime() - shownDays * msPerDay)
    const [figures, weeks, waiting, quality] = await Promise.all([
      readFigures(db, { from, to }, at, staffId),
      readTrends(db, at),
      readWaiting(db, at, staffId),
      readQuality(db, { from, to, notOf: staffId }),
    ])
    await recordLook(parts, { staffId, action: 'figures.viewed' })
    const intake = fillDays(figures.days, from)
    const looks = weeks.map(({ week, firstLook }) => ({ week, ...firstLook }))
    const effects = weeks.map(({ week, effect }) => ({ week, ...effect }))
    showStaffPage(parts, req, res, {
      id: 'staff-figures',
      view: 'desk/figures/figures',
      locals: {
        totals: describeTotals({
          reports: intake.reduce((sum, each) => sum + each.reports, 0),
          measures: intake.reduce((sum, each) => sum + each.measures, 0),
          openCases: figures.backlog.open,
          oldestSeconds: figures.backlog.open === 0 ? null : figures.backlog.oldestSeconds,
          firstLookSeconds: figures.toFirstLook.p50,
          effectSeconds: figures.toEffect.p95,
          shareProven: figures.shareProven,
          shareLifted: figures.shareLiftedAfterAppeal,
          shareInTime: figures.shareInTime,
          lateCases: figures.backlog.late,
          appealsWaiting: figures.backlog.appeals,
          duplicates: quality.duplicates,
          repeatOffenders: quality.repeatOffenders,
        }),
        intake: describeIntake(intake),
        backlog: describeBacklog(waiting),
        quality: describeQuality(quality),
        trends: [
          describeTrend('firstLook', looks, minutesChart(looks)),
          describeTrend('effect', effects, secondsChart(effects)),
        ],
      },
    })
  }
}
