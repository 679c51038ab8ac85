// One appeal as staff see it, with the form that decides it.
import type { Request, RequestHandler, Response } from 'express'
import { findAccount, findAddresses } from '#server/accounts/accounts/store.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { recordLook } from '../audit/record-look.ts'
import { actorOf, openMeasure } from '../cases/desk-guard.ts'
import type { DeskParts } from '../desk.ts'
import { stateOf } from '../measures/describe-measure.ts'
import type { Measure } from '../measures/measure-store.ts'
import {
  allowsTransition,
  isMeasureName,
  isMilder,
  type MeasureName,
  measureDays,
  measureNames,
  measureRows,
} from '../measures/measures.ts'
import { type StaffMember, showStaffPage, staffOf } from '../staff/staff.ts'
import { strikeEnd } from '../strikes/strike-store.ts'
import { type Appeal, type AppealDecision, appealDecisions, findAppeal } from './appeal-store.ts'
import {
  type AppealRuling,
  type DecidedAppeal,
  decideAppeal,
  openDecisions,
} from './decide-appeal.ts'

export const waitingAppeals = '/staff/cases?tab=appeals'

type Form = Record<'decision' | 'measure' | 'days', string>

function readRuling(
  form: Form,
  decision: AppealDecision,
  { settings, clock }: Pick<DeskParts, 'settings' | 'clock'>,
): AppealRuling {
  if (decision !== 'eased' || !isMeasureName(form.measure)) return { decision }
  const now = clock.now()
  if (measureRows[form.measure].until === 'strike')
    return { decision, easeTo: form.measure, until: strikeEnd(settings, now) }
  const days = measureDays.find((each) => each === form.days) ?? 'none'
  const until = days === 'none' ? null : new Date(now.getTime() + Number(days) * msPerDay)
  return { decision, easeTo: form.measure, until }
}

type Refused = Exclude<DecidedAppeal, { kind: 'decided' }>

/** @throws NotFound */
function refusalError(refused: Refused): FormError {
  switch (refused.kind) {
    case 'not-yours':
    case 'ended':
    case 'replaced':
      return { field: 'decision', reason: refused.kind }
    case 'not-milder':
      return { field: 'measure', reason: 'not-milder' }
    case 'until-needed':
      return { field: 'days', reason: 'needed' }
    case 'unknown':
      throw new NotFound('no such appeal')
    default:
      return assertNever(refused)
  }
}

/** What the form offers. It offers easing only if a milder measure may follow. */
function choicesOf(measure: MeasureName, open: readonly AppealDecision[]) {
  const milder = open.includes('eased')
    ? measureNames.filter((name) => isMilder(name, measure) && allowsTransition(measure, name))
    : []
  const decisions = open.filter((each) => each !== 'eased' || milder.length > 0)
  return { decisions, measures: milder, days: measureDays }
}

interface Opened {
  readonly staff: StaffMember
  readonly appeal: Appeal
  readonly measure: Measure
}

/** @throws NotFound */
async function openAppealOf(desk: DeskParts, req: Request): Promise<Opened> {
  const staff = staffOf(req)
  const appeal = await findAppeal(desk.db, desk.keyring, String(req.params.id))
  if (!appeal) throw new NotFound('no such appeal')
  return { staff, appeal, measure: await openMeasure(desk, appeal.measureId, staff) }
}

async function describe(desk: DeskParts, { staff, appeal, measure }: Opened) {
  const { db } = desk
  const { accountId, proposedBy, approvedBy } = measure
  const names = await findAddresses(db, [accountId, proposedBy, approvedBy, appeal.decidedBy])
  const account = await findAccount(db, accountId)
  if (!account) throw new NotFound('an account that is gone')
  const state = await stateOf(desk, account)
  const isOpen = appeal.decidedAt === null && account.closedAt === null
  const took = proposedBy === staff.id || approvedBy === staff.id
  return {
    appeal,
    measure,
    state,
    address: names.get(accountId),
    by: names.get(proposedBy ?? ''),
    decidedBy: names.get(appeal.decidedBy ?? '') ?? '',
    took,
    mayDecide: isOpen && !took && staff.rights.has('appeals.decide'),
    choices: choicesOf(measure.measure, openDecisions(measure, state)),
  }
}

/** Whether this member has decided so already: then a second click counts as done. */
async function hasDecided(
  { db, keyring }: DeskParts,
  { staff, appeal }: Opened,
  decision: AppealDecision,
) {
  const found = await findAppeal(db, keyring, appeal.id)
  return found?.decidedBy === staff.id && found.decision === decision
}

export function appealDeskPage(parts: DeskPageParts): Record<'show' | 'decide', RequestHandler> {
  const { desk } = parts

  async function show(
    req: Request,
    res: Response,
    errors: FormError[] = [],
    values: Record<string, string> = {},
  ) {
    const opened = await openAppealOf(desk, req)
    const { staff, appeal, measure } = opened
    await recordLook(desk, {
      staffId: staff.id,
      action: 'appeal.viewed',
      caseId: measure.caseId,
      accountId: measure.accountId,
      subject: appeal.id,
    })
    showStaffPage(parts, req, res, {
      id: 'staff-appeal',
      view: 'desk/appeals/appeal-desk',
      errors,
      values,
      locals: await describe(desk, opened),
    })
  }

  return {
    show: async (req, res) => await show(req, res),

    async decide(req, res) {
      const opened = await openAppealOf(desk, req)
      const { appeal, measure, staff } = opened
      const form = readFields(req, ['decision', 'measure', 'days'])
      const decision = appealDecisions.find((each) => each === form.decision)
      if (!decision) return await show(req, res, [{ field: 'decision', reason: 'missing' }], form)
      const ruling = readRuling(form, decision, desk)
      const decided = await decideAppeal(desk, appeal.id, ruling, actorOf(staff))
      const isRepeated = decided.kind === 'not-yours' && (await hasDecided(desk, opened, decision))
      if (decided.kind !== 'decided' && !isRepeated)
        return await show(req, res, [refusalError(decided)], form)
      setFlash(res, 'decided')
      const { caseId } = measure
      res.redirect(303, caseId ? `/staff/cases/${caseId}` : waitingAppeals)
    },
  }
}
