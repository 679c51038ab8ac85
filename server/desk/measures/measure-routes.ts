// Measures: each through a page that shows its consequences first, and the lift.
import { type Request, type Response, Router } from 'express'
import { type Account, findAccount, findAddresses } from '#server/accounts/accounts/store.ts'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import { msPerDay } from '#server/core/durations.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { recordLook } from '../audit/record-look.ts'
import type { Case } from '../cases/case-store.ts'
import { actorOf, openCase, openMeasure } from '../cases/desk-guard.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../staff/staff.ts'
import {
  lacksWayBack,
  type MeasureWarning,
  noticeTo,
  recordMeasureLook,
  refusalErrors,
  stateOf,
  warnOfMilder,
  warnOfNewPassword,
} from './measure-page.ts'
import type { Measure } from './measure-store.ts'
import {
  consequencesOf,
  isMeasureCause,
  isMeasureName,
  type MeasureCause,
  type MeasureName,
  measureDays,
  measureRows,
  type Standing,
} from './measures.ts'
import { findDecision, findRepeatedMeasure } from './repeated-measure.ts'
import {
  liftMeasure,
  type MeasureRefusal,
  mayLift,
  refuseStep,
  takeMeasure,
} from './take-measure.ts'

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
  const until = known === 'none' ? null : new Date(now.getTime() + Number(known) * msPerDay)
  const rule = measureRows[measure].until
  if (until === null && rule === 'needed') return [{ field: 'days', reason: 'needed' }]
  // A measure that cannot have an end takes none, whatever stood in the field beside it.
  return {
    measure,
    cause,
    days: rule === 'none' ? 'none' : known,
    until: rule === 'none' ? null : until,
  }
}

function warningsOf(
  about: Case,
  account: Account,
  standing: Standing,
  measure: MeasureName,
): MeasureWarning[] {
  const newer = warnOfNewPassword('new-password-case', account, about.openedAt)
  const quiet = newer.length > 0 && about.lastReportAt < account.passwordChangedAt
  return [
    ...warnOfMilder(measure, standing),
    ...newer,
    ...(quiet ? [{ code: 'no-report-since' } as const] : []),
  ]
}

export function measureRoutes(parts: WebParts): Router {
  const { desk, db, clock } = parts
  const { requireStaff } = createStaffGuards(parts)
  const now = () => clock.now()
  const impose = requireStaff('measures.impose', '/staff/cases')
  const imposeHere = requireStaff('measures.impose')
  const lift = requireStaff('measures.lift', '/staff/cases')
  const freshHere = requireFreshPassword(now)
  const freshCases = requireFreshPassword(now, '/staff/cases')

  async function showConsequences(
    req: Request,
    res: Response,
    wanted: Wanted | FormError[],
    refused?: MeasureRefusal,
  ) {
    const staff = staffOf(req)
    const found = await openCase(desk, req.params.id, staff)
    const account = found.accountId ? await findAccount(db, found.accountId) : undefined
    if (!account) throw new NotFound('a case without an account')
    await recordLook(desk, {
      staffId: staff.id,
      action: 'measure.viewed',
      caseId: found.id,
      accountId: account.id,
    })
    const state = await stateOf(desk, account)
    const faults = Array.isArray(wanted) ? wanted : []
    const ok = Array.isArray(wanted) ? undefined : wanted
    const step = ok && refuseStep(state.standing, ok.measure, actorOf(staff).right)
    const lasting = [
      ...faults,
      ...(step ? refusalErrors(step) : []),
      ...(refused ? refusalErrors(refused) : []),
    ]
    const changed = refused?.kind === 'changed'
    // Where only the page was out of date, what it shows now can be taken.
    const noWayBack = ok !== undefined && (await lacksWayBack(desk, account.id, ok.measure))
    const offered = ok && (lasting.length === 0 || (changed && !step)) ? ok : undefined
    showStaffPage(parts, req, res, {
      id: 'staff-measure',
      view: 'desk/measures/measure',
      errors: lasting,
      locals: {
        ...{ caseId: found.id, address: account.address, state, wanted: offered },
        consequences: ok ? consequencesOf(ok.measure, noWayBack) : [],
        notice: ok && noticeTo(parts, account, ok, noWayBack),
        warnings: [
          ...(noWayBack ? [{ code: 'no-way-back' } as const] : []),
          ...(offered ? warningsOf(found, account, state.standing, offered.measure) : []),
        ],
      },
    })
  }

  async function showLift(req: Request, res: Response, measure: Measure, refused?: MeasureRefusal) {
    const may = mayLift(measure, actorOf(staffOf(req)).right)
    const told: MeasureRefusal | undefined =
      refused ?? (may ? undefined : { kind: 'right-needed', right: 'senior' })
    const names = await findAddresses(db, [measure.accountId, measure.proposedBy])
    showStaffPage(parts, req, res, {
      id: 'staff-lift',
      view: 'desk/measures/lift',
      errors: told ? refusalErrors(told) : [],
      locals: {
        measure,
        address: names.get(measure.accountId),
        by: names.get(measure.proposedBy),
        may,
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
      const form = readFields(req, ['measure', 'cause', 'days', 'shown'])
      const wanted = readWanted(form, now())
      if (Array.isArray(wanted)) return await showConsequences(req, res, wanted)
      if (!found.accountId) throw new NotFound('a case without an account')
      const { measure, cause, until } = wanted
      const ask = { accountId: found.accountId, caseId: found.id, measure, cause, until }
      const taken = await takeMeasure(desk, ask, actorOf(staff), form.shown)
      const isDone = taken.kind === 'taken' || taken.kind === 'proposed'
      const done = isDone ? taken.kind : await findRepeatedMeasure(db, ask, staff.id)
      if (!isDone && !done) return await showConsequences(req, res, wanted, taken)
      setFlash(res, done ?? taken.kind)
      res.redirect(303, `/staff/cases/${found.id}`)
    })
    .get('/staff/measures/:id/lift', requireStaff('measures.lift'), freshHere, async (req, res) => {
      const measure = await openMeasure(desk, req.params.id, staffOf(req))
      if (measure.state !== 'in-force') throw new NotFound('not in force any more')
      await recordMeasureLook(desk, staffOf(req).id, measure)
      await showLift(req, res, measure)
    })
    .post('/staff/measures/:id/lift', lift, freshCases, async (req, res) => {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      const lifted = await liftMeasure(desk, measure.id, actorOf(staff))
      if (lifted.kind !== 'lifted' && lifted.kind !== 'not-in-force')
        return await showLift(req, res, measure, lifted as MeasureRefusal)
      const isLifted =
        lifted.kind === 'lifted' || (await findDecision(db, measure.id, staff.id)) === 'lifted'
      setFlash(res, isLifted ? 'lifted' : 'not-yours')
      res.redirect(303, measure.caseId ? `/staff/cases/${measure.caseId}` : '/staff/cases')
    })
}
