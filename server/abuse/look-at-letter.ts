// Shows a reported letter to a member of staff. Every look is written down before anything is shown.
import { recordAudit } from '../audit/store.ts'
import type { DeskParts } from './desk.ts'
import { type EvidenceLook, insertEvidenceView, type OpenedEvidence, openKeptEvidence } from './evidence-store.ts'
import type { Letter } from './letter.ts'
import type { Report } from './report-store.ts'

export type SeenLetter =
  | { readonly kind: 'letter'; readonly letter: Letter; readonly evidence: OpenedEvidence }
  /** It cannot be read, only handed out as it is. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly evidence: OpenedEvidence }
  /** The report came without a letter, or its time is over. */
  | { readonly kind: 'none' }

async function open(
  desk: DeskParts,
  report: Report,
  staffId: string,
  what: EvidenceLook,
): Promise<OpenedEvidence | undefined> {
  const { db, keyring, clock } = desk
  const { caseId, evidenceId } = report
  const evidence = evidenceId === null ? undefined : await openKeptEvidence(db, keyring, evidenceId)
  if (!evidence) return undefined
  const at = clock.now()
  const action = what === 'text' || what === 'html' ? 'evidence.viewed' : 'evidence.downloaded'
  await db.transaction(async (trx) => {
    await insertEvidenceView(trx, { evidenceId: evidence.id, caseId, staffId, what, at })
    const about = { staffId, caseId, subject: evidence.id, details: { what }, at }
    await recordAudit(trx, keyring, { ...about, action })
  })
  return evidence
}

export async function lookAtLetter(
  desk: DeskParts,
  report: Report,
  staffId: string,
  what: 'text' | 'html',
): Promise<SeenLetter> {
  const evidence = await open(desk, report, staffId, what)
  if (!evidence) return { kind: 'none' }
  const outcome = await desk.reader.letter(evidence.input)
  return outcome.kind === 'letter'
    ? { kind: 'letter', letter: outcome.letter, evidence }
    : { kind: 'unreadable', reason: outcome.reason, evidence }
}

/** The bytes as they were handed in. */
export async function takeSource(
  desk: DeskParts,
  report: Report,
  staffId: string,
): Promise<OpenedEvidence | undefined> {
  return await open(desk, report, staffId, 'source')
}

/** One attachment, by its hash; undefined where the letter has none such. */
export async function takeAttachment(
  desk: DeskParts,
  report: Report,
  staffId: string,
  sha256: string,
): Promise<Buffer | undefined> {
  const evidence = await open(desk, report, staffId, 'attachment')
  return evidence && ((await desk.reader.attachment(evidence.input, sha256)) ?? undefined)
}
