// How the desk does: GET /staff/figures.
import { Router } from 'express'
import { msPerDay } from '#server/core/durations.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { recordLook } from '../audit/record-look.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../staff/staff.ts'
import { barChart, lineChart } from './charts.ts'
import { readFigures } from './figures-store.ts'
import { readTrends, readWaiting } from './trends-store.ts'

const shownDays = 30

const minutes = (seconds: number | null) => (seconds === null ? null : seconds / 60)

export function figuresRoutes(parts: WebParts): Router {
  const { db, clock } = parts
  const { requireStaff } = createStaffGuards(parts)
  return Router().get('/staff/figures', requireStaff('figures.see'), async (req, res) => {
    const staff = staffOf(req)
    const at = clock.now()
    const to = new Date((Math.floor(at.getTime() / msPerDay) + 1) * msPerDay)
    const from = new Date(to.getTime() - shownDays * msPerDay)
    const [figures, weeks, waiting] = await Promise.all([
      readFigures(db, { from, to }, at, staff.id),
      readTrends(db, at),
      readWaiting(db, at, staff.id),
    ])
    await recordLook(parts, { staffId: staff.id, action: 'figures.viewed' })
    const intake = Array.from({ length: shownDays }, (_, index) => {
      const day = new Date(from.getTime() + index * msPerDay)
      const found = figures.days.find((each) => each.day === day.toISOString().slice(0, 10))
      return {
        day,
        reports: found?.reports ?? 0,
        proven: found?.proven ?? 0,
        measures: found?.measures ?? 0,
      }
    })
    const totals = {
      reports: intake.reduce((sum, each) => sum + each.reports, 0),
      measures: intake.reduce((sum, each) => sum + each.measures, 0),
      openCases: figures.backlog.open,
      oldestSeconds: figures.backlog.open === 0 ? null : figures.backlog.oldestSeconds,
      firstLook: figures.toFirstLook,
      effect: figures.toEffect,
      appealsWaiting: figures.backlog.appeals,
    }
    const look = weeks.map(({ firstLook }) => firstLook)
    const effect = weeks.map((week) => week.effect)
    showStaffPage(parts, req, res, {
      id: 'staff-figures',
      view: 'desk/figures/figures',
      locals: {
        totals,
        shares: { proven: figures.shareProven, lifted: figures.shareLiftedAfterAppeal },
        intake: {
          rows: intake,
          chart: barChart(intake.map(({ reports, proven }) => ({ value: reports, part: proven }))),
        },
        firstLook: {
          rows: weeks.map(({ week, firstLook }) => ({ week, ...firstLook })),
          chart: lineChart([
            look.map(({ p50 }) => minutes(p50)),
            look.map(({ p95 }) => minutes(p95)),
          ]),
        },
        effect: {
          rows: weeks.map((each) => ({ week: each.week, ...each.effect })),
          chart: lineChart([effect.map(({ p50 }) => p50), effect.map(({ p95 }) => p95)]),
        },
        backlog: {
          rows: waiting,
          chart: barChart(waiting.map(({ cases, high }) => ({ value: cases, part: high }))),
        },
      },
    })
  })
}
