// Proposals: approved by a second person, refused, or taken back.
import type { Db, Trx } from '#db/connection.ts'
import { recordAudit } from '../audit/store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { rightsOf } from '../staff/rights.ts'
import { listRoles } from '../staff/store.ts'
import { applyMeasure, endMeasure } from './apply-measure.ts'
import {
  findMeasure,
  holdStanding,
  type Measure,
  setApproved,
  setRefused,
} from './measure-store.ts'
import { measureRows } from './measures.ts'
import { changesSince } from './shown-state.ts'
import {
  type Actor,
  demandPresent,
  type MeasureRefusal,
  refuseStep,
  refuseUntil,
} from './take-measure.ts'

export type DecidedProposal =
  | { readonly kind: 'done'; readonly measure: Measure }
  /** Decided meanwhile, or proposed by the same person. */
  | { readonly kind: 'not-yours' }
  | MeasureRefusal

// Security: a proposal counts only as long as who made it may take such a measure.
export async function mayStillPropose(
  db: Db | Trx,
  { proposedBy, measure }: Pick<Measure, 'proposedBy' | 'measure'>,
): Promise<boolean> {
  const rights = rightsOf(await listRoles(db, proposedBy))
  return rights.has(
    measureRows[measure].right === 'senior' ? 'measures.impose-lasting' : 'measures.impose',
  )
}

/**
 * The second person puts a proposal into force.
 * @param shown what the page showed of the account, where somebody decided on a page
 */
export async function approveMeasure(
  parts: DeskParts,
  measureId: string,
  by: Actor,
  shown = '',
): Promise<DecidedProposal> {
  const at = parts.clock.now()
  const proposed = await findMeasure(parts.db, measureId)
  if (proposed?.state !== 'proposed') return { kind: 'not-yours' }
  if (proposed.accountId === by.staffId) return { kind: 'own-account' }
  const late = refuseUntil(proposed, at)
  if (late) return late
  return await parts.db
    .transaction(async (trx): Promise<DecidedProposal> => {
      await demandPresent(trx, by, proposed.accountId)
      const before = await holdStanding(trx, proposed.accountId)
      if (!before) return { kind: 'unknown-account' }
      const changes = changesSince(shown, before)
      if (changes.length > 0) return { kind: 'changed', changes }
      const refused = refuseStep(before.standing, proposed.measure, by.right)
      if (refused) return refused
      if (!(await mayStillPropose(trx, proposed))) return { kind: 'proposer-without-right' }
      const end = { account: before, reason: 'replaced', staffId: by.staffId, at } as const
      if (before.inForce) await endMeasure(parts, { measure: before.inForce, ...end })
      const measure = await setApproved(before.trx, measureId, by.staffId, at)
      if (!measure) throw new NotYours()
      await applyMeasure(parts, { measure, before, staffId: by.staffId, at })
      const details = { measure: measure.measure }
      const { caseId, accountId } = measure
      const entry = { staffId: by.staffId, caseId, accountId, subject: measure.id, at }
      await recordAudit(trx, parts.keyring, { ...entry, action: 'measure.approved', details })
      return { kind: 'done', measure }
    })
    .catch((fault: unknown): DecidedProposal => {
      if (fault instanceof NotYours) return { kind: 'not-yours' }
      throw fault
    })
}

/** Undoes the transaction in which a proposal turned out to be decided, or one's own. */
class NotYours extends Error {}

/** Refuses a proposal, or takes one's own back. */
export async function refuseMeasure(
  parts: DeskParts,
  measureId: string,
  by: Actor,
): Promise<DecidedProposal> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx): Promise<DecidedProposal> => {
    await demandPresent(trx, by)
    const measure = /^\d{1,18}$/.test(measureId)
      ? await setRefused(trx, measureId, by.staffId, at)
      : undefined
    if (!measure) return { kind: 'not-yours' }
    const { caseId, accountId } = measure
    const details = { measure: measure.measure }
    const staffId = by.staffId
    if (caseId)
      await insertTimelineEntry(trx, parts.keyring, {
        caseId,
        event: 'measure-refused',
        details,
        staffId,
        at,
      })
    const entry = { staffId, caseId, accountId, subject: measure.id, at }
    await recordAudit(trx, parts.keyring, { ...entry, action: 'measure.refused', details })
    return { kind: 'done', measure }
  })
}
