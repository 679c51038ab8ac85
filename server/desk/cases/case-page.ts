// One case on one screen.
import type { Request, RequestHandler, Response } from 'express'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import { describeEntry } from '#server/accounts/activity/describe-entry.ts'
import { listActivity } from '#server/accounts/activity/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { takeFlash } from '#server/kit/pages/flash.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { describeClock } from '../clocks/describe-clock.ts'
import type { DeskParts } from '../desk.ts'
import { viewEvidence } from '../evidence/view-evidence.ts'
import { describeLetter } from '../letters/describe-letter.ts'
import { listQueue } from '../queue/queue-store.ts'
import { describeReport } from '../reports/describe-report.ts'
import type { Report } from '../reports/report-store.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { readStrikes } from '../strikes/strike-store.ts'
import type { Case } from './case-store.ts'
import { describeCase } from './describe-case.ts'
import { actorOf, openCase } from './desk-guard.ts'
import { describePast } from './past/describe-past.ts'
import { readPast } from './past/read-past.ts'
import { type CaseView, showCase } from './show-case.ts'

const flashes = [
  'claimed',
  'released',
  'taken-over',
  'noted',
  'closed',
  'attributed',
  'not-yours',
  'taken',
  'proposed',
  'lifted',
  'decided',
  'approved',
  'refused',
] as const

const latestEntries = 8

export interface CasePage {
  readonly show: RequestHandler
  /** Shows the case again after a form was refused. */
  showErrors(
    req: Request,
    res: Response,
    errors: readonly FormError[],
    values?: Readonly<Record<string, string>>,
  ): Promise<void>
}

const chooseReport = (reports: readonly Report[], asked: unknown): Report | undefined =>
  reports.find(({ id }) => id === asked) ??
  reports.find(({ evidenceId }) => evidenceId !== null) ??
  reports[0]

/**
 * Security: What an emergency reports is shown as text alone, and only if it is asked for.
 */
function lookOf({ severity }: Case, asked: unknown) {
  const isEmergency = severity === 'emergency'
  return {
    isEmergency,
    isCovered: isEmergency && asked !== 'text',
    asHtml: !isEmergency && asked === 'html',
  }
}

async function readLetter(
  desk: DeskParts,
  report: Report | undefined,
  caseId: string,
  staffId: string,
  { asHtml, isEmergency }: ReturnType<typeof lookOf>,
) {
  if (!report?.evidenceId) return null
  const request = { evidenceId: report.evidenceId, caseId, staffId }
  const seen = await viewEvidence(desk, request, asHtml ? 'html' : 'text')
  if (!seen) return null
  const letter = describeLetter(seen, asHtml, desk.believedLines)
  return { ...letter, hasHtml: letter.hasHtml && !isEmergency }
}

async function findNext(
  { db, keyring }: DeskParts,
  caseId: string,
  staffId: string,
): Promise<string | null> {
  const { cases } = await listQueue(db, keyring, { tab: 'new', staffId, limit: 2 })
  const next = cases.find(({ id }) => id !== caseId)
  return next ? `/staff/cases/${next.id}` : null
}

export function casePage(parts: DeskPageParts): CasePage {
  const { desk, db, clock } = parts

  const readNames = ({ case: { claimedBy }, timeline, measures, lookers }: CaseView) =>
    findAddresses(db, [
      claimedBy,
      ...lookers,
      ...timeline.map(({ staffId }) => staffId),
      ...measures.map(({ proposedBy }) => proposedBy),
    ])

  async function describeAccount({ account, case: { openedAt } }: CaseView) {
    if (!account) return { latest: [] }
    const progress = await findMailboxProgress(db, account.id)
    const latest = await listActivity(db, account.id, latestEntries)
    return {
      mailbox: progress && describeMailbox(progress),
      latest: latest.map(describeEntry),
      past: describePast(await readPast(desk, account.id, openedAt)),
      strikes: await readStrikes(db, desk.settings, account.id, clock.now()),
    }
  }

  const showErrors: CasePage['showErrors'] = async (req, res, errors, values = {}) => {
    const staff = staffOf(req)
    const { id } = await openCase(desk, req.params.id, staff)
    const here = `/staff/cases/${id}`
    const asked = req.query.before
    const before = typeof asked === 'string' && /^\d{1,18}$/.test(asked) ? asked : undefined
    const view = await showCase(desk, id, staff.id, { reportsBefore: before })
    if (!view) throw new NotFound('no such case')
    const chosen = chooseReport(view.reports, req.query.report)
    const look = lookOf(view.case, req.query.look)
    const letter = look.isCovered ? null : await readLetter(desk, chosen, id, staff.id, look)
    const viewer = { id: staff.id, rights: staff.rights, right: actorOf(staff).right }
    showStaffPage(parts, req, res, {
      id: 'staff-case',
      view: 'desk/cases/case',
      errors,
      values,
      locals: {
        ...describeCase(view, await readNames(view), viewer),
        ...(await describeAccount(view)),
        here,
        titleParams: { id, subject: view.case.subject },
        chosen: chosen && describeReport(chosen),
        letter,
        ...look,
        now: clock.now(),
        clock: describeClock(view.case, clock.now()),
        nextCase: await findNext(desk, id, staff.id),
        flash: takeFlash(req, res, flashes),
        olderReports: view.moreReports ? `${here}?before=${view.reports.at(-1)?.id}` : null,
        newerReports: before ? here : null,
      },
    })
  }

  return { show: async (req, res) => await showErrors(req, res, []), showErrors }
}
