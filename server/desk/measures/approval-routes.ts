// Proposed measures, and the second person who decides on them.
import { type Request, type Response, Router } from 'express'
import { findAccount, findAddresses } from '#server/accounts/accounts/store.ts'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { recordLook } from '../audit/record-look.ts'
import { actorOf, openMeasure } from '../cases/desk-guard.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../staff/staff.ts'
import { approveMeasure, mayStillPropose, refuseMeasure } from './decide-proposal.ts'
import {
  lacksWayBack,
  noticeTo,
  recordMeasureLook,
  refusalErrors,
  stateOf,
  warnOfMilder,
  warnOfNewPassword,
} from './measure-page.ts'
import { listProposals, type Measure } from './measure-store.ts'
import { consequencesOf } from './measures.ts'
import { findDecision } from './repeated-measure.ts'
import { type MeasureRefusal, refuseStep } from './take-measure.ts'

const pageSize = 100

const describeProposal = (
  measure: Measure,
  names: ReadonlyMap<string, string>,
  staffId: string,
) => ({
  ...measure,
  address: names.get(measure.accountId),
  by: names.get(measure.proposedBy),
  mine: measure.proposedBy === staffId,
})

export function approvalRoutes(parts: WebParts): Router {
  const { desk, db, clock } = parts
  const { requireStaff } = createStaffGuards(parts)
  const now = () => clock.now()
  const see = requireStaff('measures.approve')
  const approve = requireStaff('measures.approve', '/staff/approvals')
  const fresh = requireFreshPassword(now, '/staff/approvals')

  async function showProposal(req: Request, res: Response, errors: FormError[] = []) {
    const staff = staffOf(req)
    const measure = await openMeasure(desk, req.params.id, staff)
    const account = await findAccount(db, measure.accountId)
    if (measure.state !== 'proposed' || !account) throw new NotFound('not a proposal any more')
    await recordMeasureLook(desk, staff.id, measure)
    const names = await findAddresses(db, [measure.accountId, measure.proposedBy])
    const state = await stateOf(desk, account)
    const noWayBack = await lacksWayBack(desk, account.id, measure.measure)
    const refused: MeasureRefusal | undefined =
      refuseStep(state.standing, measure.measure, actorOf(staff).right) ??
      ((await mayStillPropose(db, measure)) ? undefined : { kind: 'proposer-without-right' })
    showStaffPage(parts, req, res, {
      id: 'staff-approval',
      view: 'desk/measures/approval',
      errors,
      locals: {
        proposal: describeProposal(measure, names, staff.id),
        state,
        // Said before somebody tries, where it cannot be approved.
        refusals: refused ? refusalErrors(refused) : [],
        consequences: consequencesOf(measure.measure, noWayBack),
        warnings: [
          ...(noWayBack ? [{ code: 'no-way-back' } as const] : []),
          ...warnOfMilder(measure.measure, state.standing),
          ...warnOfNewPassword('new-password-proposal', account, measure.proposedAt),
        ],
        notice: noticeTo(parts, account, measure, noWayBack),
      },
    })
  }

  return Router()
    .get('/staff/approvals', see, async (req, res) => {
      const staff = staffOf(req)
      await recordLook(desk, { staffId: staff.id, action: 'measures.viewed' })
      const proposals = await listProposals(db, pageSize, staff.id)
      const names = await findAddresses(
        db,
        proposals.flatMap(({ accountId, proposedBy }) => [accountId, proposedBy]),
      )
      const lines = proposals.map((each) => describeProposal(each, names, staff.id))
      const flash = takeFlash(req, res, ['approved', 'refused', 'not-yours'])
      const locals = { proposals: lines, now: now(), flash }
      showStaffPage(parts, req, res, {
        id: 'staff-approvals',
        view: 'desk/measures/approvals',
        locals,
      })
    })
    .get('/staff/approvals/:id', see, (req, res) => showProposal(req, res))
    .post('/staff/approvals/:id/approve', approve, fresh, async (req, res) => {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      const decided = await approveMeasure(
        desk,
        measure.id,
        actorOf(staff),
        readFields(req, ['shown']).shown,
      )
      const isDone =
        decided.kind === 'done' || (await findDecision(db, measure.id, staff.id)) === 'approved'
      if (!isDone && decided.kind !== 'not-yours')
        return await showProposal(req, res, refusalErrors(decided))
      setFlash(res, isDone ? 'approved' : 'not-yours')
      res.redirect(303, '/staff/approvals')
    })
    .post('/staff/approvals/:id/refuse', approve, fresh, async (req, res) => {
      const staff = staffOf(req)
      const measure = await openMeasure(desk, req.params.id, staff)
      const decided = await refuseMeasure(desk, measure.id, actorOf(staff))
      const isDone =
        decided.kind === 'done' || (await findDecision(db, measure.id, staff.id)) === 'refused'
      setFlash(res, isDone ? 'refused' : 'not-yours')
      res.redirect(303, '/staff/approvals')
    })
}
