// Proposals: approved by a second person, refused, or taken back.
import type { Db, Trx } from '#db/connection.ts'
import { recordAudit } from '#server/desk/audit/store.ts'
import { insertTimelineEntry } from '#server/desk/cases/timeline-store.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { rightsOf } from '#server/desk/staff/rights.ts'
import { listRoles } from '#server/desk/staff/store.ts'
import { applyMeasure, endMeasure } from '../apply-measure.ts'
import {
  type Actor,
  type MeasureRefusal,
  refuseStep,
  refuseUntil,
  requireLiveSession,
} from '../measure-rules.ts'
import { findMeasure, type Measure, setApproved, setRefused } from '../measure-store.ts'
import { measureRows } from '../measures.ts'
import { changesSince } from '../shown-state.ts'
import { lockStanding } from '../standing-store.ts'

export type DecidedProposal =
  | { readonly kind: 'done'; readonly measure: Measure }
  /** Decided meanwhile, or proposed by the person who approves. */
  | { readonly kind: 'not-yours' }
  | MeasureRefusal

// Security: A proposal counts only while its proposer may take such a measure.
export async function mayStillPropose(
  db: Db | Trx,
  { proposedBy, measure }: Pick<Measure, 'proposedBy' | 'measure'>,
): Promise<boolean> {
  const rights = rightsOf(proposedBy ? await listRoles(db, proposedBy) : [])
  const isLasting = measureRows[measure].right === 'senior'
  return rights.has(isLasting ? 'measures.impose-lasting' : 'measures.impose')
}

/** @param shown see `takeMeasure` */
export async function approveMeasure(
  parts: DeskParts,
  measureId: string,
  by: Actor,
  shown = '',
): Promise<DecidedProposal> {
  const at = parts.clock.now()
  const { staffId } = by
  const proposed = await findMeasure(parts.db, measureId)
  if (proposed?.state !== 'proposed') return { kind: 'not-yours' }
  const { accountId, caseId } = proposed
  if (accountId === staffId) return { kind: 'own-account' }
  const wrongEnd = refuseUntil(proposed, at)
  if (wrongEnd) return wrongEnd
  const approve = async (trx: Trx): Promise<DecidedProposal> => {
    await requireLiveSession(trx, by, accountId)
    const before = await lockStanding(trx, accountId)
    if (!before) return { kind: 'unknown-account' }
    const changes = changesSince(shown, before)
    if (changes.length > 0) return { kind: 'changed', changes }
    const refused = refuseStep(before.standing, proposed.measure, by.right)
    if (refused) return refused
    if (!(await mayStillPropose(trx, proposed))) return { kind: 'proposer-without-right' }
    const end = { account: before, reason: 'replaced', staffId, at } as const
    if (before.inForce) await endMeasure(parts, { measure: before.inForce, ...end })
    const measure = await setApproved(before.trx, measureId, staffId, at)
    if (!measure) throw new NotYours()
    await applyMeasure(parts, { measure, before, staffId, at })
    await recordAudit(trx, parts.keyring, {
      staffId,
      action: 'measure.approved',
      caseId,
      accountId,
      subject: measure.id,
      details: { measure: measure.measure },
      at,
    })
    return { kind: 'done', measure }
  }
  return await parts.db.transaction(approve).catch((fault: unknown): DecidedProposal => {
    if (fault instanceof NotYours) return { kind: 'not-yours' }
    throw fault
  })
}

/** Rolls an approval back: somebody decided meanwhile, or the approver is the proposer. */
class NotYours extends Error {}

/** Refuses a proposal. The proposer takes it back in the same way. */
export async function refuseMeasure(
  parts: DeskParts,
  measureId: string,
  by: Actor,
): Promise<DecidedProposal> {
  const at = parts.clock.now()
  const { staffId } = by
  if (!/^\d{1,18}$/.test(measureId)) return { kind: 'not-yours' }
  return await parts.db.transaction(async (trx): Promise<DecidedProposal> => {
    await requireLiveSession(trx, by)
    const measure = await setRefused(trx, measureId, staffId, at)
    if (!measure) return { kind: 'not-yours' }
    const { caseId, accountId } = measure
    const details = { measure: measure.measure }
    if (caseId)
      await insertTimelineEntry(trx, parts.keyring, {
        caseId,
        event: 'measure-refused',
        details,
        staffId,
        at,
      })
    await recordAudit(trx, parts.keyring, {
      staffId,
      action: 'measure.refused',
      caseId,
      accountId,
      subject: measure.id,
      details,
      at,
    })
    return { kind: 'done', measure }
  })
}
