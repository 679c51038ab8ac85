// What staff do with a case: note, close. The audit records each one.
import type { Trx } from '#db/connection.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { AuditAction, AuditDetails } from '../audit/audit-details.ts'
import { recordAudit } from '../audit/store.ts'
import type { DeskParts } from '../desk.ts'
import { hasMeasureInForce } from '../measures/standing-store.ts'
import { noteOutcome, type Outcome } from '../reports/report-store.ts'
import { findCase, lockCase, setClosed } from './case-store.ts'
import { insertTimelineEntry } from './timeline-store.ts'

export const notifyReportersTask = 'report:tell-outcome'
export const noteMaxChars = 5000

type CaseAction = Extract<AuditAction, `case.${string}`>

export async function recordWork<A extends CaseAction>(
  trx: Trx,
  parts: DeskParts,
  action: A,
  about: { caseId: string; staffId: string; details: AuditDetails[A] },
): Promise<void> {
  await recordAudit(trx, parts.keyring, { action, ...about, at: parts.clock.now() })
}

/** Whether this person closed the case like this already: then a second click counts as done. */
async function isClosedAs(
  trx: Trx,
  { keyring }: DeskParts,
  caseId: string,
  staffId: string,
  outcome: Outcome,
): Promise<boolean> {
  const found = await findCase(trx, keyring, caseId)
  return found?.closedBy === staffId && found.outcome === outcome
}

/** @param form digest of the form: a form that is sent twice makes one note */
export async function noteOnCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  note: string,
  form?: Buffer,
): Promise<boolean> {
  const { keyring } = parts
  const at = parts.clock.now()
  const details = {}
  if (!(await findCase(parts.db, keyring, caseId))) return false
  await parts.db.transaction(async (trx) => {
    if (form && (await takeForm(trx, form, at)).kind === 'again') return
    await insertTimelineEntry(trx, keyring, { caseId, event: 'note', details, note, staffId, at })
    await recordWork(trx, parts, 'case.noted', { caseId, staffId, details })
  })
  return true
}

/** `contradicts`: a measure of the case is in force, and this outcome denies it. */
export type ClosedCase = 'closed' | 'not-yours' | 'contradicts'

/** A job then notifies the reporters. */
export async function closeCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  outcome: Outcome,
): Promise<ClosedCase> {
  const { keyring } = parts
  const at = parts.clock.now()
  const details = { outcome }
  return await parts.db.transaction(async (trx) => {
    await lockCase(trx, keyring, caseId)
    // Security: No outcome denies a measure of the same case that is in force.
    if (outcome !== 'measure-taken' && (await hasMeasureInForce(trx, caseId))) return 'contradicts'
    const isClosed = await setClosed(trx, caseId, { staffId, outcome, at })
    if (!isClosed)
      return (await isClosedAs(trx, parts, caseId, staffId, outcome)) ? 'closed' : 'not-yours'
    await noteOutcome(trx, caseId, outcome)
    await enqueue(trx, notifyReportersTask, { caseId }, { jobKey: `tell-outcome:${caseId}` })
    await insertTimelineEntry(trx, keyring, { caseId, event: 'closed', details, staffId, at })
    await recordWork(trx, parts, 'case.closed', { caseId, staffId, details })
    return 'closed'
  })
}
