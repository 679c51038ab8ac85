import type { Request, RequestHandler, Response } from 'express'
import type { Db } from '#db/connection.ts'
import { type Account, findAccount, findAddresses } from '#server/accounts/accounts/store.ts'
import { recordLook } from '#server/desk/audit/record-look.ts'
import { actorOf, openMeasure } from '#server/desk/cases/desk-guard.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { type StaffMember, showStaffPage, staffOf } from '#server/desk/staff/staff.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import {
  lacksWayBack,
  type MeasureWarning,
  noticeTo,
  recordMeasureLook,
  refusalErrors,
  stateOf,
  warnOfMilder,
  warnOfNewPassword,
} from '../describe-measure.ts'
import { type MeasureRefusal, refuseStep } from '../measure-rules.ts'
import { listProposals, type Measure } from '../measure-store.ts'
import { consequencesOf, type Standing } from '../measures.ts'
import { findDecision } from '../repeated-measure.ts'
import { approveMeasure, mayStillPropose, refuseMeasure } from './decide-proposal.ts'

const pageSize = 100

const describeProposal = (
  measure: Measure,
  names: ReadonlyMap<string, string>,
  staffId: string,
) => ({
  ...measure,
  address: names.get(measure.accountId),
  by: names.get(measure.proposedBy ?? ''),
  mine: measure.proposedBy === staffId,
})

function warningsOf(
  account: Account,
  { measure, proposedAt }: Measure,
  standing: Standing,
  noWayBack: boolean,
): MeasureWarning[] {
  return [
    ...(noWayBack ? [{ code: 'no-way-back' } as const] : []),
    ...warnOfMilder(measure, standing),
    ...warnOfNewPassword('new-password-proposal', account, proposedAt),
  ]
}

async function refusalOf(
  db: Db,
  measure: Measure,
  standing: Standing,
  staff: StaffMember,
): Promise<MeasureRefusal | undefined> {
  const refused = refuseStep(standing, measure.measure, actorOf(staff).right)
  if (refused) return refused
  if (!(await mayStillPropose(db, measure))) return { kind: 'proposer-without-right' }
  return undefined
}

type Handlers = Record<'show' | 'approve' | 'refuse', RequestHandler>

export const approvalList =
  (parts: DeskPageParts): RequestHandler =>
  async (req, res) => {
    const { desk, db, clock } = parts
    const staff = staffOf(req)
    await recordLook(desk, { staffId: staff.id, action: 'measures.viewed' })
    const proposals = await listProposals(db, pageSize, staff.id)
    const ids = proposals.flatMap(({ accountId, proposedBy }) => [accountId, proposedBy])
    const names = await findAddresses(db, ids)
    showStaffPage(parts, req, res, {
      id: 'staff-approvals',
      view: 'desk/measures/approvals',
      locals: {
        proposals: proposals.map((each) => describeProposal(each, names, staff.id)),
        now: clock.now(),
        flash: takeFlash(req, res, ['approved', 'refused', 'not-yours']),
      },
    })
  }

export function approvalPage(parts: DeskPageParts): Handlers {
  const { desk, db } = parts

  async function show(req: Request, res: Response, errors: FormError[] = []) {
    const staff = staffOf(req)
    const measure = await openMeasure(desk, req.params.id, staff)
    const account = await findAccount(db, measure.accountId)
    if (measure.state !== 'proposed' || !account) throw new NotFound('not a proposal any more')
    await recordMeasureLook(desk, staff.id, measure)
    const names = await findAddresses(db, [measure.accountId, measure.proposedBy])
    const state = await stateOf(desk, account)
    const noWayBack = await lacksWayBack(desk, account.id, measure.measure)
    const refused = await refusalOf(db, measure, state.standing, staff)
    const proposal = describeProposal(measure, names, staff.id)
    showStaffPage(parts, req, res, {
      id: 'staff-approval',
      view: 'desk/measures/approval',
      errors,
      locals: {
        proposal,
        state,
        mayApprove: !proposal.mine && !refused,
        // Why this viewer cannot approve. After a refused form `errors` says it already.
        refusals: refused && errors.length === 0 ? refusalErrors(refused) : [],
        consequences: consequencesOf(measure.measure, noWayBack),
        warnings: warningsOf(account, measure, state.standing, noWayBack),
        notice: noticeTo(parts, account, measure, noWayBack),
      },
    })
  }

  return {
    show: async (req, res) => await show(req, res),

    async approve(req, res) {
      const staff = staffOf(req)
      const { id } = await openMeasure(desk, req.params.id, staff)
      const { shown } = readFields(req, ['shown'])
      const decided = await approveMeasure(desk, id, actorOf(staff), shown)
      const isDone =
        decided.kind === 'done' || (await findDecision(db, id, staff.id)) === 'approved'
      if (!isDone && decided.kind !== 'not-yours')
        return await show(req, res, refusalErrors(decided))
      setFlash(res, isDone ? 'approved' : 'not-yours')
      res.redirect(303, '/staff/approvals')
    },

    async refuse(req, res) {
      const staff = staffOf(req)
      const { id } = await openMeasure(desk, req.params.id, staff)
      const decided = await refuseMeasure(desk, id, actorOf(staff))
      const isDone = decided.kind === 'done' || (await findDecision(db, id, staff.id)) === 'refused'
      setFlash(res, isDone ? 'refused' : 'not-yours')
      res.redirect(303, '/staff/approvals')
    },
  }
}
