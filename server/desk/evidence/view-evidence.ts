// Shows reported letters to staff.
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

// Security: Every look at a letter is recorded before the letter is shown.
async function recordLook(
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

/** Undefined if the letter is gone. @throws EvidenceError if it is not as it was handed in */
export async function viewEvidence(
  parts: DeskParts,
  request: EvidenceRequest,
  what: 'text' | 'html',
): Promise<ShownEvidence | undefined> {
  const evidence = await recordLook(parts, request, what)
  if (!evidence) return undefined
  const { input, isBeginning, sha256, sizeBytes, keptUntil } = evidence
  const outcome = await parts.letterParser.letter(input, { isBeginning })
  return { sha256, sizeBytes, keptUntil, outcome }
}

export async function downloadSource(
  parts: DeskParts,
  request: EvidenceRequest,
): Promise<Buffer | undefined> {
  return (await recordLook(parts, request, 'source'))?.source
}

export async function downloadAttachment(
  parts: DeskParts,
  request: EvidenceRequest,
  sha256: string,
): Promise<Buffer | undefined> {
  const evidence = await recordLook(parts, request, 'attachment')
  return evidence && ((await parts.letterParser.attachment(evidence.input, sha256)) ?? undefined)
}
