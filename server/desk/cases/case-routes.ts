// One case on one screen, and what is done with it.
import { type Request, type Response, Router } from 'express'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import { describeEntry } from '#server/accounts/activity/describe-entry.ts'
import { listActivity } from '#server/accounts/activity/store.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { sendWhole } from '#server/kit/web/headers.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { downloadAttachment, downloadSource, viewEvidence } from '../evidence/view-evidence.ts'
import { describeLetter } from '../letters/describe-letter.ts'
import { mayLift, refuseStep } from '../measures/measure-rules.ts'
import { measureCauses, measureDays, measureNames, standingOf } from '../measures/measures.ts'
import { findReport, isOutcome, outcomes } from '../reports/report-store.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../staff/staff.ts'
import { attributeCase } from './attribute-case.ts'
import { actorOf, openCase } from './desk-guard.ts'
import { listQueue } from './queue-store.ts'
import {
  claimCase,
  closeCase,
  noteMaxChars,
  noteOnCase,
  releaseCase,
  showCase,
} from './work-on-case.ts'

const flashWords = [
  ...['claimed', 'released', 'noted', 'closed', 'attributed', 'not-yours'],
  ...['taken', 'proposed', 'lifted', 'decided', 'approved', 'refused'],
] as const

export function caseRoutes(parts: WebParts): Router {
  const { desk, db, keyring, clock } = parts
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('cases.see')
  const work = requireStaff('cases.work', '/staff/cases')
  const page = (req: Request) => `/staff/cases/${req.params.id}`

  async function show(
    req: Request,
    res: Response,
    errors: FormError[] = [],
    values: Record<string, string> = {},
  ) {
    const staff = staffOf(req)
    const { id } = await openCase(desk, req.params.id, staff)
    const before =
      typeof req.query.before === 'string' && /^\d{1,18}$/.test(req.query.before)
        ? req.query.before
        : undefined
    const view = await showCase(
      desk,
      id,
      staff.id,
      before === undefined ? {} : { reportsBefore: before },
    )
    if (!view) throw new NotFound('no such case')
    const { account, case: found, ...shown } = view
    const { inForce } = shown
    const chosen =
      view.reports.find((report) => report.id === req.query.report) ??
      view.reports.find((report) => report.evidenceId !== null) ??
      view.reports[0]
    const asHtml = req.query.look === 'html'
    const seen = chosen?.evidenceId
      ? await viewEvidence(
          desk,
          { evidenceId: chosen.evidenceId, caseId: id, staffId: staff.id },
          asHtml ? 'html' : 'text',
        )
      : undefined
    const progress = account && (await findMailboxProgress(db, account.id))
    const names = await findAddresses(db, [
      found.claimedBy,
      ...view.timeline.map(({ staffId }) => staffId),
      ...view.measures.flatMap(({ proposedBy, approvedBy }) => [proposedBy, approvedBy]),
    ])
    const standing = account ? standingOf(account, inForce) : 'none'
    const { right } = actorOf(staff)
    const open = found.closedAt === null
    const waiting = await listQueue(db, keyring, { tab: 'new', staffId: staff.id, limit: 2 })
    const next = waiting.cases.find((each) => each.id !== id)
    showStaffPage(parts, req, res, {
      id: 'staff-case',
      view: 'desk/cases/case',
      errors,
      values,
      locals: {
        ...shown,
        found,
        subject: account,
        titleParams: { id, subject: found.subject },
        appealOf: Object.fromEntries(view.appeals),
        names: Object.fromEntries(names),
        mailbox: progress && describeMailbox(progress),
        latest: account ? (await listActivity(db, account.id, 8)).map(describeEntry) : [],
        standing,
        mine: found.claimedBy === staff.id,
        chosen,
        letter: seen ? describeLetter(seen, asHtml) : null,
        may: {
          work: open && staff.rights.has('cases.work'),
          measure:
            account !== undefined &&
            staff.rights.has('measures.impose') &&
            standing !== 'operator-block',
          lift:
            inForce !== undefined &&
            standing !== 'operator-block' &&
            staff.rights.has('measures.lift') &&
            mayLift(inForce, right),
          seniorOnly: standing === 'block' && right !== 'senior',
        },
        choices: {
          measures: measureNames.filter((name) => !refuseStep(standing, name, right)),
          causes: measureCauses,
          days: measureDays,
          outcomes,
        },
        now: clock.now(),
        nextCase: next ? `/staff/cases/${next.id}` : null,
        flash: takeFlash(req, res, flashWords),
        olderReports: view.moreReports
          ? `/staff/cases/${id}?before=${view.reports.at(-1)?.id}`
          : null,
        newerReports: before ? `/staff/cases/${id}` : null,
      },
    })
  }

  /** The letter of a report of this very case. */
  async function evidenceOf(req: Request) {
    const { id: caseId } = await openCase(desk, req.params.id, staffOf(req))
    const reportId = String(req.params.report)
    const report = /^\d{1,18}$/.test(reportId) ? await findReport(db, keyring, reportId) : undefined
    if (report?.caseId !== caseId || !report.evidenceId)
      throw new NotFound('no such letter in this case')
    return {
      evidenceId: report.evidenceId,
      caseId,
      staffId: staffOf(req).id,
      reference: report.reference,
    }
  }

  /** Security: what a stranger made is handed out as bytes to be saved, under a name of ours, and never shown by the browser. */
  function hand(res: Response, name: string, bytes: Buffer): void {
    res.setHeader('Content-Type', 'application/octet-stream')
    res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
    res.setHeader('Content-Security-Policy', "sandbox; default-src 'none'")
    sendWhole(res, bytes)
  }

  return Router()
    .get('/staff/cases/:id', see, (req, res) => show(req, res))
    .get('/staff/cases/:id/reports/:report/source', see, async (req, res) => {
      const { reference, ...request } = await evidenceOf(req)
      const source = await downloadSource(desk, request)
      if (!source) throw new NotFound('no letter is kept')
      hand(res, `${reference}.eml.txt`, source)
    })
    .get('/staff/cases/:id/reports/:report/attachments/:sha256', see, async (req, res) => {
      const sha256 = String(req.params.sha256)
      const { reference: _, ...request } = await evidenceOf(req)
      const taken = /^[0-9a-f]{64}$/.test(sha256)
        ? await downloadAttachment(desk, request, sha256)
        : undefined
      if (!taken) throw new NotFound('no such attachment')
      hand(res, `attachment-${sha256.slice(0, 12)}.bin`, taken)
    })
    .post('/staff/cases/:id/claim', work, async (req, res) => {
      const { id } = await openCase(desk, req.params.id, staffOf(req))
      const claimed = await claimCase(desk, id, staffOf(req).id)
      setFlash(res, claimed ? 'claimed' : 'not-yours')
      res.redirect(303, page(req))
    })
    .post('/staff/cases/:id/release', work, async (req, res) => {
      const { id } = await openCase(desk, req.params.id, staffOf(req))
      setFlash(res, (await releaseCase(desk, id, staffOf(req).id)) ? 'released' : 'not-yours')
      res.redirect(303, page(req))
    })
    .post('/staff/cases/:id/note', work, async (req, res) => {
      const { id } = await openCase(desk, req.params.id, staffOf(req))
      const note = readFields(req, ['note']).note.trim()
      if (note === '') return await show(req, res, [{ field: 'note', reason: 'missing' }])
      if (note.length > noteMaxChars)
        return await show(req, res, [{ field: 'note', reason: 'too-long' }], { note })
      await noteOnCase(desk, id, staffOf(req).id, note, formDigestOf(req))
      setFlash(res, 'noted')
      res.redirect(303, page(req))
    })
    .post('/staff/cases/:id/close', work, async (req, res) => {
      const { id } = await openCase(desk, req.params.id, staffOf(req))
      const { outcome } = readFields(req, ['outcome'])
      if (!isOutcome(outcome))
        return await show(req, res, [{ field: 'outcome', reason: 'missing' }])
      setFlash(res, (await closeCase(desk, id, staffOf(req).id, outcome)) ? 'closed' : 'not-yours')
      res.redirect(303, page(req))
    })
    .post('/staff/cases/:id/attribute', work, async (req, res) => {
      const { id } = await openCase(desk, req.params.id, staffOf(req))
      const { address } = readFields(req, ['address'])
      const outcome = await attributeCase(desk, id, staffOf(req).id, address)
      if (outcome.kind === 'unknown-account')
        return await show(req, res, [{ field: 'address', reason: 'unknown' }], { address })
      if (outcome.kind === 'own-account')
        return await show(req, res, [{ field: 'address', reason: 'own' }], { address })
      setFlash(res, outcome.kind === 'attributed' ? 'attributed' : 'not-yours')
      res.redirect(
        303,
        outcome.kind === 'attributed' ? `/staff/cases/${outcome.caseId}` : page(req),
      )
    })
}
