// What one person has reported, and how it ended. Nobody learns here who that is.
import type { Request, RequestHandler } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { recordLook } from '../audit/record-look.ts'
import { openCase } from '../cases/desk-guard.ts'
import { describeReport } from '../reports/describe-report.ts'
import { findReport } from '../reports/report-store.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { describeReporter } from './describe-reporter.ts'
import { listReportsOfPerson, readRecord } from './record-store.ts'

const pageSize = 30

const rowId = (asked: unknown): string | undefined =>
  typeof asked === 'string' && /^\d{1,18}$/.test(asked) ? asked : undefined

export function reporterPage(parts: DeskPageParts): RequestHandler {
  const { desk, db, keyring, clock } = parts

  /** @throws NotFound if the report belongs to another case */
  async function openReport(req: Request) {
    const { id: caseId } = await openCase(desk, req.params.id, staffOf(req))
    const id = rowId(req.params.report)
    const report = id && (await findReport(db, keyring, id))
    if (!report || report.caseId !== caseId) throw new NotFound('no such report in this case')
    return { ...report, caseId }
  }

  return async (req, res) => {
    const { id: staffId } = staffOf(req)
    const { id, caseId, personDigest } = await openReport(req)
    const before = rowId(req.query.before)
    const reports = await listReportsOfPerson(db, keyring, personDigest, {
      notOf: staffId,
      limit: pageSize + 1,
      before,
    })
    const record = await readRecord(db, personDigest, staffId)
    await recordLook(parts, {
      staffId,
      action: 'reporter.viewed',
      caseId,
      subject: id,
    })
    const here = `/staff/cases/${caseId}/reports/${id}/reporter`
    const shown = reports.slice(0, pageSize)
    const reporter = describeReporter(personDigest, record)
    showStaffPage(parts, req, res, {
      id: 'staff-reporter',
      view: 'desk/reporters/reporter',
      locals: {
        reporter,
        titleParams: { name: reporter.name },
        caseId,
        reports: shown.map((each) => ({
          ...describeReport(each),
          caseId: each.caseId,
          outcome: each.outcome,
        })),
        now: clock.now(),
        older: reports.length > pageSize ? `${here}?before=${shown.at(-1)?.id}` : null,
        newer: before ? here : null,
      },
    })
  }
}
