// Appeals as staff see and decide them.
import { type Request, type Response, Router } from 'express'
import { findAccount, findAddresses } from '#server/accounts/accounts/store.ts'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { msPerDay } from '#server/core/durations.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { recordLook } from '../audit/record-look.ts'
import { actorOf, openMeasure } from '../cases/desk-guard.ts'
import { stateOf } from '../measures/measure-page.ts'
import {
  allowsTransition,
  isMeasureName,
  isMilder,
  measureDays,
  measureNames,
} from '../measures/measures.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../staff/staff.ts'
import { decideAppeal, openDecisions } from './appeal.ts'
import { appealDecisions, findAppeal } from './appeal-store.ts'

export function appealDeskRoutes(parts: WebParts): Router {
  const { desk, db, keyring, clock } = parts
  const { requireStaff } = createStaffGuards(parts)
  const decide = requireStaff('appeals.decide', '/staff/cases?tab=appeals')
  const fresh = requireFreshPassword(() => clock.now(), '/staff/cases?tab=appeals')

  async function open(req: Request) {
    const staff = staffOf(req)
    const appeal = await findAppeal(db, keyring, String(req.params.id))
    if (!appeal) throw new NotFound('no such appeal')
    return { staff, appeal, measure: await openMeasure(desk, appeal.measureId, staff) }
  }

  async function show(
    req: Request,
    res: Response,
    errors: FormError[] = [],
    values: Record<string, string> = {},
  ) {
    const { staff, appeal, measure } = await open(req)
    const { caseId, accountId } = measure
    await recordLook(desk, {
      staffId: staff.id,
      action: 'appeal.viewed',
      caseId,
      accountId,
      subject: appeal.id,
    })
    const names = await findAddresses(db, [
      ...[measure.accountId, measure.proposedBy, measure.approvedBy],
      appeal.decidedBy,
    ])
    const account = await findAccount(db, accountId)
    if (!account) throw new NotFound('an account that is gone')
    const state = await stateOf(desk, account)
    const decisions = openDecisions(measure, state)
    const took = measure.proposedBy === staff.id || measure.approvedBy === staff.id
    showStaffPage(parts, req, res, {
      id: 'staff-appeal',
      view: 'desk/appeals/appeal-desk',
      errors,
      values,
      locals: {
        appeal,
        measure,
        state,
        address: names.get(measure.accountId),
        by: names.get(measure.proposedBy),
        decidedBy: names.get(appeal.decidedBy ?? ''),
        took,
        mayDecide: appeal.decidedAt === null && !took && staff.rights.has('appeals.decide'),
        choices: {
          decisions,
          measures: measureNames.filter(
            (name) =>
              decisions.includes('eased') &&
              isMilder(name, measure.measure) &&
              allowsTransition(measure.measure, name),
          ),
          days: measureDays,
        },
      },
    })
  }

  return Router()
    .get('/staff/appeals/:id', requireStaff('appeals.see'), (req, res) => show(req, res))
    .post('/staff/appeals/:id/decide', decide, fresh, async (req, res) => {
      const { staff, appeal, measure } = await open(req)
      const form = readFields(req, ['decision', 'measure', 'days'])
      const decision = appealDecisions.find((each) => each === form.decision)
      if (!decision) return await show(req, res, [{ field: 'decision', reason: 'missing' }], form)
      const days = measureDays.find((each) => each === form.days) ?? 'none'
      const until =
        days === 'none' ? null : new Date(clock.now().getTime() + Number(days) * msPerDay)
      const eased =
        decision === 'eased' && isMeasureName(form.measure) ? { easeTo: form.measure, until } : {}
      const decided = await decideAppeal(desk, appeal.id, { decision, ...eased }, actorOf(staff))
      switch (decided.kind) {
        case 'decided':
          setFlash(res, 'decided')
          return res.redirect(
            303,
            measure.caseId ? `/staff/cases/${measure.caseId}` : '/staff/cases?tab=appeals',
          )
        case 'not-yours': {
          // A second click finds it decided as the first has decided it.
          const found = await findAppeal(db, keyring, appeal.id)
          if (found?.decidedBy === staff.id && found.decision === decision) {
            setFlash(res, 'decided')
            return res.redirect(
              303,
              measure.caseId ? `/staff/cases/${measure.caseId}` : '/staff/cases?tab=appeals',
            )
          }
          return await show(req, res, [{ field: 'decision', reason: 'not-yours' }], form)
        }
        case 'ended':
        case 'replaced':
          return await show(req, res, [{ field: 'decision', reason: decided.kind }], form)
        case 'not-milder':
          return await show(req, res, [{ field: 'measure', reason: 'not-milder' }], form)
        case 'until-needed':
          return await show(req, res, [{ field: 'days', reason: 'needed' }], form)
        case 'unknown':
          throw new NotFound('no such appeal')
        default:
          return assertNever(decided)
      }
    })
}
