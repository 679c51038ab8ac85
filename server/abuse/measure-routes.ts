// Measures: each through a page that shows its consequences first; approvals by a second person; the lift.
import { type Request, type Response, Router } from 'express'
import { findAccount, findAddresses } from '../accounts/store.ts'
import { assertNever } from '../core/assert-never.ts'
import { isLocale } from '../i18n/texts.ts'
import { takeDone, tellDone } from '../web/done.ts'
import { NotFound } from '../web/faults.ts'
import { type FormError, readFields } from '../web/forms.ts'
import type { WebParts } from '../web/parts.ts'
import { requireFreshPassword } from '../web/sessions.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../web/staff.ts'
import { measureDays } from './case-routes.ts'
import { actorOf, openCase, openMeasure } from './desk-guard.ts'
import { findInForce, listProposals, type Measure } from './measure-store.ts'
import {
  allowsTransition,
  consequencesOf,
  isMeasureCause,
  isMeasureName,
  type MeasureCause,
  type MeasureName,
  measureRows,
  type Standing,
} from './measures.ts'
import { approveMeasure, liftMeasure, type MeasureRefusal, refuseMeasure, takeMeasure } from './take-measure.ts'

const dayMs = 86_400_000

interface Wanted {
  readonly measure: MeasureName
  readonly cause: MeasureCause
  readonly days: string
  readonly until: Date | null
}

/** Reads what is wanted from a form or a URL. */
function readWanted(raw: Readonly<Record<string, unknown>>, now: Date): Wanted | FormError[] {
  const { measure, cause, days } = raw
  if (!isMeasureName(measure)) return [{ field: 'measure', reason: 'missing' }]
  if (!isMeasureCause(cause)) return [{ field: 'cause', reason: 'missing' }]
  const known = measureDays.find((each) => each === days) ?? 'none'
  const until = known === 'none' ? null : new Date(now.getTime() + Number(known) * dayMs)
  const rule = measureRows[measure].until
  if (until === null && rule === 'needed') return [{ field: 'days', reason: 'needed' }]
  // A measure that cannot have an end takes none, whatever stood in the field beside it.
  return { measure, cause, days: rule === 'none' ? 'none' : known, until: rule === 'none' ? null : until }
}

function refusalError(refused: MeasureRefusal): FormError {
  switch (refused.kind) {
    case 'unknown-account':
    case 'own-account':
    case 'proposal-waits':
      return { field: 'measure', reason: refused.kind }
    case 'right-needed':
      return { field: 'measure', reason: 'senior-needed' }
    case 'not-from-here':
      return { field: 'measure', reason: 'not-from-here' }
    case 'until-needed':
    case 'until-not-allowed':
    case 'until-past':
      return { field: 'days', reason: 'needed' }
    default:
      return assertNever(refused)
  }
}

export function measureRoutes(parts: WebParts): Router {
  const { desk, db, clock, texts, settings } = parts
  const { requireStaff } = createStaffGuards(parts)
  const now = () => clock.now()
  const impose = requireStaff('measures.impose', '/staff/cases')
  const imposeHere = requireStaff('measures.impose')
  const lift = requireStaff('measures.lift', '/staff/cases')
  const approve = requireStaff('measures.approve', '/staff/approvals')
  const freshHere = requireFreshPassword(now)
  const freshApproval = requireFreshPassword(now, '/staff/approvals')
  const freshCases = requireFreshPassword(now, '/staff/cases')

  /** What the holder will read, in their own language. */
  function noticeTo(locale: string | null, address: string, wanted: Pick<Wanted, 'measure' | 'cause' | 'until'>) {
    const known = isLocale(locale) ? locale : settings.defaultLocale
    const t = texts.in(known)
    const { extent } = measureRows[wanted.measure]
    return {
      locale: known,
      title: t('messages.account-blocked.title'),
      lead: t('messages.account-blocked.lead', { mailbox: address, extent }),
      cause: t('messages.account-blocked.cause', { cause: wanted.cause }),
      until: wanted.until,
    }
  }

  async function showConsequences(req: Request, res: Response, wanted: Wanted | FormError[], errors: FormError[] = []) {
    const staff = staffOf(req)
    const found = await openCase(desk, req.params.id, staff)
    const account = found.accountId ? await findAccount(db, found.accountId) : undefined
    if (!account) throw new NotFound('a case without an account')
    const inForce = await findInForce(db, account.id)
    const standing: Standing = inForce ? inForce.measure : account.blockedAt ? 'operator-block' : 'none'
    const faults = Array.isArray(wanted) ? wanted : []
    const ok = Array.isArray(wanted) ? undefined : wanted
    const refused: FormError[] =
      ok && !allowsTransition(standing, ok.measure)
        ? [{ field: 'measure', reason: 'not-from-here' }]
        : ok && measureRows[ok.measure].right === 'senior' && actorOf(staff).right !== 'senior'
          ? [{ field: 'measure', reason: 'senior-needed' }]
          : []
    const shown = [...faults, ...refused, ...errors]
    showStaffPage(parts, req, res, {
      id: 'staff-measure',
      view: 'abuse/measure',
      errors: shown,
      locals: {
        caseId: found.id,
        address: account.address,
        standing,
        wanted: shown.length === 0 ? ok : undefined,
        consequences: ok ? consequencesOf(ok.measure) : [],
        notice: ok && noticeTo(account.locale, account.address, ok),
      },
    })
  }

  async function describeProposal(measure: Measure, names: ReadonlyMap<string, string>, staffId: string) {
    return {
      ...measure,
      address: names.get(measure.accountId),
      by: names.get(measure.proposedBy),
      mine: measure.proposedBy === staffId,
      own: measure.accountId === staffId,
    }
  }

  async function showProposal(req: Request, res: Response, errors: FormError[] = []) {
    const staff = staffOf(req)
    const measure = await openMeasure(desk, req.params.id, staff)
    const account = await findAccount(db, measure.accountId)
    if (measure.state !== 'proposed' || !account) throw new NotFound('not a proposal any more')
    const names = await findAddresses(db, [measure.accountId, measure.proposedBy])
    showStaffPage(parts, req, res, {
      id: 'staff-approval',
      view: 'abuse/approval',
      errors,
      locals: {
        proposal: await describeProposal(measure, names, staff.id),
        consequences: consequencesOf(measure.measure),
        notice: noticeTo(account.locale, account.address, measure),
      },
    })
  }

  return Router()
    .get('/staff/cases/:id/measure', imposeHere, freshHere, async (req, res) => {
      const wanted = readWanted(req.query, now())
      await showConsequences(req, res, wanted)
    })
    .post('/staff/cases/:id/measure', impose, freshCases, async (req, res) => {
      const staff = staffOf(req)
      const found = await openCase(desk, req.params.id, staff)
      const wanted = readWanted(readFields(req, ['measure', 'cause', 'days']), now())
      if (Array.isArray(wanted)) return await showConsequences(req, res, wanted)
      if (!found.accountId) throw new NotFound('a case without an account')
      const { measure, cause, until } = wanted
      const ask = { accountId: found.accountId, caseId: found.id, measure, cause, until }
      const taken = await takeMeasure(desk, ask, actorOf(staff))
      if (taken.kind !== 'taken' && taken.kind !== 'proposed')
        return await showConsequences(req, res, wanted, [refusalError(taken)])
      tellDone(res, taken.kind)
      res.redirect(303, `/staff/cases/${found.id}`)
    })
    .get('/staff/measures/:id/lift', lift, freshHere, async (req, res) => {
      const measure = await openMeasure(desk, req.params.id, staffOf(req))
      if (measure.state !== 'in-force') throw new NotFound('not in force any more')
      const names = await findAddresses(db, [measure.accountId, measure.proposedBy])
      const locals = { measure, address: names.get(measure.accountId), by: names.get(measure.proposedBy) }
      showStaffPage(parts, req, res, { id: 'staff-lift', view: 'abuse/lift', locals })
    })
    .post('/staff/measures/:id/lift', lift, freshCases, async (req, res) => {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      const lifted = await liftMeasure(desk, measure.id, actorOf(staff))
      if (lifted.kind !== 'lifted' && lifted.kind !== 'not-in-force') {
        const names = await findAddresses(db, [measure.accountId, measure.proposedBy])
        const locals = { measure, address: names.get(measure.accountId), by: names.get(measure.proposedBy) }
        const errors = [refusalError(lifted as MeasureRefusal)]
        return showStaffPage(parts, req, res, { id: 'staff-lift', view: 'abuse/lift', errors, locals })
      }
      tellDone(res, lifted.kind === 'lifted' ? 'lifted' : 'not-yours')
      res.redirect(303, measure.caseId ? `/staff/cases/${measure.caseId}` : '/staff/cases')
    })
    .get('/staff/approvals', requireStaff('measures.approve'), async (req, res) => {
      const staff = staffOf(req)
      const proposals = await listProposals(db, 100)
      const names = await findAddresses(
        db,
        proposals.flatMap(({ accountId, proposedBy }) => [accountId, proposedBy]),
      )
      const lines = await Promise.all(proposals.map((each) => describeProposal(each, names, staff.id)))
      const done = takeDone(req, res, ['approved', 'refused', 'not-yours'])
      const locals = { proposals: lines, now: now(), done }
      showStaffPage(parts, req, res, { id: 'staff-approvals', view: 'abuse/approvals', locals })
    })
    .get('/staff/approvals/:id', requireStaff('measures.approve'), (req, res) => showProposal(req, res))
    .post('/staff/approvals/:id/approve', approve, freshApproval, async (req, res) => {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      const decided = await approveMeasure(desk, measure.id, actorOf(staff))
      if (decided.kind !== 'done' && decided.kind !== 'not-yours')
        return await showProposal(req, res, [refusalError(decided)])
      tellDone(res, decided.kind === 'done' ? 'approved' : 'not-yours')
      res.redirect(303, '/staff/approvals')
    })
    .post('/staff/approvals/:id/refuse', approve, freshApproval, async (req, res) => {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      const decided = await refuseMeasure(desk, measure.id, actorOf(staff))
      tellDone(res, decided.kind === 'done' ? 'refused' : 'not-yours')
      res.redirect(303, '/staff/approvals')
    })
}
