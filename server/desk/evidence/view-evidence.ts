// Shows a reported letter to staff. Every look is recorded before anything is shown.
import { recordAudit } from '../audit/store.ts'
import type { DeskParts } from '../desk.ts'
import type { LetterOutcome } from '../letters/parse-letter.ts'
import {
  type EvidenceLook,
  insertEvidenceView,
  type OpenedEvidence,
  openKeptEvidence,
} from './evidence-store.ts'

export interface EvidenceRequest {
  readonly evidenceId: string
  readonly caseId: string | null
  readonly staffId: string
}

const isUuid = (text: string) => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)

// Security: every look at a letter leaves a trace, written before the letter is shown.
async function look(
  parts: DeskParts,
  { evidenceId, caseId, staffId }: EvidenceRequest,
  what: EvidenceLook,
): Promise<OpenedEvidence | undefined> {
  const { db, keyring, clock } = parts
  if (!isUuid(evidenceId)) return undefined
  const at = clock.now()
  return await db.transaction(async (trx) => {
    const evidence = await openKeptEvidence(trx, keyring, evidenceId)
    if (!evidence) return undefined
    await insertEvidenceView(trx, { evidenceId, caseId, staffId, what, at })
    const action =
      what === 'attachment' || what === 'source' ? 'evidence.downloaded' : 'evidence.viewed'
    await recordAudit(trx, keyring, {
      staffId,
      action,
      caseId,
      subject: evidenceId,
      details: { what },
      at,
    })
    return evidence
  })
}

export interface ShownEvidence {
  readonly sha256: string
  readonly sizeBytes: number
  readonly keptUntil: Date
  readonly outcome: LetterOutcome
}

/**
 * The letter as values: text first; `safeHtml` belongs into `frameDocument` and a sandboxed frame; links are defanged.
 * Undefined where there is no such evidence (any more).
 * @param what `html` where the frame is asked for
 * @throws EvidenceError where it is not as it was handed in
 */
export async function viewEvidence(
  parts: DeskParts,
  request: EvidenceRequest,
  what: 'text' | 'html',
): Promise<ShownEvidence | undefined> {
  const evidence = await look(parts, request, what)
  if (!evidence) return undefined
  const { sha256, sizeBytes, keptUntil } = evidence
  return { sha256, sizeBytes, keptUntil, outcome: await parts.reader.letter(evidence.input) }
}

/** The letter's bytes as they were handed in, for a download as octet-stream. */
export async function downloadSource(
  parts: DeskParts,
  request: EvidenceRequest,
): Promise<Buffer | undefined> {
  return (await look(parts, request, 'source'))?.source
}

/** One attachment by its hash, for a download as octet-stream; undefined where the letter holds none such. */
export async function downloadAttachment(
  parts: DeskParts,
  request: EvidenceRequest,
  sha256: string,
): Promise<Buffer | undefined> {
  const evidence = await look(parts, request, 'attachment')
  return evidence && ((await parts.reader.attachment(evidence.input, sha256)) ?? undefined)
}
