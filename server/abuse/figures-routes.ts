// How the desk does: GET /staff/figures.
import { Router } from 'express'
import { recordAudit } from '../audit/store.ts'
import type { WebParts } from '../web/parts.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../web/staff.ts'
import { barChart, lineChart } from './charts.ts'
import { readFigures } from './figures-store.ts'

const shareOf = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

export function figuresRoutes(parts: WebParts): Router {
  const { db, keyring, clock } = parts
  const { requireStaff } = createStaffGuards(parts)
  return Router().get('/staff/figures', requireStaff('figures.see'), async (req, res) => {
    const at = clock.now()
    const { intake, weeks, backlog, totals } = await readFigures(db, at)
    await db.transaction((trx) =>
      recordAudit(trx, keyring, { staffId: staffOf(req).id, action: 'figures.viewed', details: {}, at }),
    )
    const minutes = (seconds: number | null) => (seconds === null ? null : seconds / 60)
    showStaffPage(parts, req, res, {
      id: 'staff-figures',
      view: 'abuse/figures',
      locals: {
        totals,
        shares: {
          proven: shareOf(totals.proven, totals.judged),
          lifted: shareOf(totals.appealsLifted, totals.appealsDecided),
        },
        intake: {
          rows: intake,
          chart: barChart(intake.map(({ reports, proven }) => ({ value: reports, part: proven }))),
        },
        firstLook: {
          rows: weeks.map(({ week, firstLook }) => ({ week, ...firstLook })),
          chart: lineChart([
            weeks.map(({ firstLook }) => minutes(firstLook.p50)),
            weeks.map(({ firstLook }) => minutes(firstLook.p95)),
          ]),
        },
        effect: {
          rows: weeks.map(({ week, effect }) => ({ week, ...effect })),
          chart: lineChart([weeks.map(({ effect }) => effect.p50), weeks.map(({ effect }) => effect.p95)]),
        },
        backlog: { rows: backlog, chart: barChart(backlog.map(({ cases, high }) => ({ value: cases, part: high }))) },
      },
    })
  })
}
