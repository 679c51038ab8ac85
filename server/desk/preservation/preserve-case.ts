// Lays a legal hold on a case, and ends it. The audit and the timeline record both.
import type { Trx } from '#db/connection.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { recordAudit } from '../audit/store.ts'
import type { Case } from '../cases/case-store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { insertPreservation, setPreservationEnded } from './preservation-store.ts'

async function record(
  trx: Trx,
  { keyring }: DeskParts,
  what: 'preserved' | 'released',
  about: { found: Case; preservationId: string; staffId: string; at: Date },
): Promise<void> {
  const { found, preservationId, staffId, at } = about
  const { id: caseId, accountId } = found
  const event = what === 'preserved' ? 'preserved' : 'preservation-ended'
  await insertTimelineEntry(trx, keyring, { caseId, event, details: {}, staffId, at })
  await recordAudit(trx, keyring, {
    staffId,
    action: `evidence.${what}`,
    caseId,
    accountId,
    subject: preservationId,
    details: {},
    at,
  })
}

/** @param form digest of the sent form: a second click lays no second hold */
export async function preserveCase(
  parts: DeskParts,
  found: Case,
  staffId: string,
  reason: string,
  form?: Buffer,
): Promise<void> {
  const at = parts.clock.now()
  await parts.db.transaction(async (trx) => {
    if (form && (await takeForm(trx, form, at)).kind === 'again') return
    const begun = { caseId: found.id, reason, staffId, at }
    const preservationId = await insertPreservation(trx, parts.keyring, begun)
    if (preservationId === undefined) return
    await record(trx, parts, 'preserved', { found, preservationId, staffId, at })
  })
}

/** What the hold kept beyond its time is deleted by the next sweep. False if it has ended. */
export async function endPreservation(
  parts: DeskParts,
  found: Case,
  preservationId: string,
  staffId: string,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    const end = { id: preservationId, caseId: found.id, staffId, at }
    if (!(await setPreservationEnded(trx, end))) return false
    await record(trx, parts, 'released', { found, preservationId, staffId, at })
    return true
  })
}
