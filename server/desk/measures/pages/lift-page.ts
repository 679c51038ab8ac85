import type { Request, RequestHandler, Response } from 'express'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import { actorOf, openMeasure } from '#server/desk/cases/desk-guard.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { showStaffPage, staffOf } from '#server/desk/staff/staff.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { recordMeasureLook, refusalErrors } from '../describe-measure.ts'
import { type MeasureRefusal, mayLift } from '../measure-rules.ts'
import type { Measure } from '../measure-store.ts'
import { restricts } from '../measures.ts'
import { findDecision } from '../repeated-measure.ts'
import { liftMeasure } from '../take-measure.ts'

const seniorNeeded: MeasureRefusal = { kind: 'right-needed', right: 'senior' }

export function liftPage(parts: DeskPageParts): Record<'show' | 'submit', RequestHandler> {
  const { desk, db } = parts

  async function show(req: Request, res: Response, measure: Measure, refused?: MeasureRefusal) {
    const may = mayLift(measure, actorOf(staffOf(req)).right)
    const refusal = refused ?? (may ? undefined : seniorNeeded)
    const names = await findAddresses(db, [measure.accountId, measure.proposedBy])
    showStaffPage(parts, req, res, {
      id: 'staff-lift',
      view: 'desk/measures/lift',
      errors: refusal ? refusalErrors(refusal) : [],
      locals: {
        measure,
        address: names.get(measure.accountId),
        by: names.get(measure.proposedBy ?? ''),
        may,
        meansKey: restricts(measure) ? 'staff-lift.means' : 'staff-lift.withdraws',
      },
    })
  }

  return {
    async show(req, res) {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      if (measure.state !== 'in-force') throw new NotFound('not in force any more')
      await recordMeasureLook(desk, staff.id, measure)
      await show(req, res, measure)
    },

    async submit(req, res) {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      const lifted = await liftMeasure(desk, measure.id, actorOf(staff))
      if (lifted.kind !== 'lifted' && lifted.kind !== 'not-in-force')
        return await show(req, res, measure, lifted as MeasureRefusal)
      const isLifted =
        lifted.kind === 'lifted' || (await findDecision(db, measure.id, staff.id)) === 'lifted'
      setFlash(res, isLifted ? 'lifted' : 'not-yours')
      res.redirect(303, measure.caseId ? `/staff/cases/${measure.caseId}` : '/staff/cases')
    },
  }
}
