// Shows the consequences of a measure, and takes it.
import type { Request, RequestHandler, Response } from 'express'
import { type Account, findAccount } from '#server/accounts/accounts/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { recordLook } from '#server/desk/audit/record-look.ts'
import type { Case } from '#server/desk/cases/case-store.ts'
import { actorOf, openCase } from '#server/desk/cases/desk-guard.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type StaffMember, showStaffPage, staffOf } from '#server/desk/staff/staff.ts'
import type { StrikeSettings } from '#server/desk/strikes/settings.ts'
import { strikeEnd } from '#server/desk/strikes/strike-store.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import {
  lacksWayBack,
  type MeasureWarning,
  noticeTo,
  refusalErrors,
  stateOf,
  warnOfMilder,
  warnOfNewPassword,
} from '../describe-measure.ts'
import { type MeasureRefusal, refuseStep } from '../measure-rules.ts'
import {
  consequencesOf,
  isMeasureCause,
  isMeasureName,
  type MeasureCause,
  type MeasureName,
  measureDays,
  measureRows,
  type Standing,
} from '../measures.ts'
import { findRepeatedMeasure } from '../repeated-measure.ts'
import { takeMeasure } from '../take-measure.ts'

interface Wanted {
  readonly measure: MeasureName
  readonly cause: MeasureCause
  readonly days: string
  readonly until: Date | null
}

function readWanted(
  raw: Readonly<Record<string, unknown>>,
  now: Date,
  settings: StrikeSettings,
): Wanted | FormError[] {
  const { measure, cause } = raw
  if (!isMeasureName(measure)) return [{ field: 'measure', reason: 'missing' }]
  if (!isMeasureCause(cause)) return [{ field: 'cause', reason: 'missing' }]
  const rule = measureRows[measure].until
  // The form always sends `days`. A measure that cannot have such an end ignores it.
  if (rule === 'none') return { measure, cause, days: 'none', until: null }
  if (rule === 'strike') return { measure, cause, days: 'none', until: strikeEnd(settings, now) }
  const days = measureDays.find((each) => each === raw.days) ?? 'none'
  if (days !== 'none') {
    const until = new Date(now.getTime() + Number(days) * msPerDay)
    return { measure, cause, days, until }
  }
  if (rule === 'needed') return [{ field: 'days', reason: 'needed' }]
  return { measure, cause, days, until: null }
}

function warningsOf(
  found: Case,
  account: Account,
  standing: Standing,
  measure: MeasureName,
): MeasureWarning[] {
  const newer = warnOfNewPassword('new-password-case', account, found.openedAt)
  const quiet = newer.length > 0 && found.lastReportAt < account.passwordChangedAt
  return [
    ...warnOfMilder(measure, standing),
    ...newer,
    ...(quiet ? [{ code: 'no-report-since' } as const] : []),
  ]
}

/** @throws NotFound if there is no such case, or it has no account */
async function openBoth({ desk, db }: DeskPageParts, req: Request, staff: StaffMember) {
  const found = await openCase(desk, req.params.id, staff)
  const account = found.accountId ? await findAccount(db, found.accountId) : undefined
  if (!account) throw new NotFound('a case without an account')
  return { found, account }
}

/** @param refused why the measure was refused when the form was sent */
async function describe(
  parts: DeskPageParts,
  { found, account }: { found: Case; account: Account },
  wanted: Wanted,
  staff: StaffMember,
  refused?: MeasureRefusal,
) {
  const { desk } = parts
  const state = await stateOf(desk, account)
  const noWayBack = await lacksWayBack(desk, account.id, wanted.measure)
  const step = refuseStep(state.standing, wanted.measure, actorOf(staff).right)
  const errors = [step, refused].flatMap((each) => (each ? refusalErrors(each) : []))
  // If the page was only out of date, it offers the measure again with the state of now.
  const isOffered = !step && (!refused || refused.kind === 'changed')
  const warnings = isOffered ? warningsOf(found, account, state.standing, wanted.measure) : []
  return {
    errors,
    locals: {
      state,
      wanted: isOffered ? wanted : undefined,
      consequences: consequencesOf(wanted.measure, noWayBack),
      notice: noticeTo(parts, account, wanted, noWayBack),
      warnings: noWayBack ? [{ code: 'no-way-back' }, ...warnings] : warnings,
    },
  }
}

export function imposePage(parts: DeskPageParts): Record<'show' | 'submit', RequestHandler> {
  const { desk, db, clock } = parts

  async function show(
    req: Request,
    res: Response,
    wanted: Wanted | FormError[],
    refused?: MeasureRefusal,
  ) {
    const staff = staffOf(req)
    const opened = await openBoth(parts, req, staff)
    const { found, account } = opened
    await recordLook(desk, {
      staffId: staff.id,
      action: 'measure.viewed',
      caseId: found.id,
      accountId: account.id,
    })
    const { errors, locals } = Array.isArray(wanted)
      ? { errors: wanted, locals: { state: await stateOf(desk, account) } }
      : await describe(parts, opened, wanted, staff, refused)
    showStaffPage(parts, req, res, {
      id: 'staff-measure',
      view: 'desk/measures/measure',
      errors,
      locals: { caseId: found.id, address: account.address, ...locals },
    })
  }

  return {
    show: async (req, res) =>
      await show(req, res, readWanted(req.query, clock.now(), desk.settings)),

    async submit(req, res) {
      const staff = staffOf(req)
      const { id: caseId, accountId } = await openCase(desk, req.params.id, staff)
      const form = readFields(req, ['measure', 'cause', 'days', 'shown'])
      const wanted = readWanted(form, clock.now(), desk.settings)
      if (Array.isArray(wanted)) return await show(req, res, wanted)
      if (!accountId) throw new NotFound('a case without an account')
      const { measure, cause, until } = wanted
      const ask = { accountId, caseId, measure, cause, until }
      const taken = await takeMeasure(desk, ask, actorOf(staff), form.shown)
      const isDone = taken.kind === 'taken' || taken.kind === 'proposed'
      const done = isDone ? taken.kind : await findRepeatedMeasure(db, ask, staff.id)
      if (!isDone && !done) return await show(req, res, wanted, taken)
      setFlash(res, done ?? taken.kind)
      res.redirect(303, `/staff/cases/${caseId}`)
    },
  }
}
