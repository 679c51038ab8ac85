// Owns the tables of reported letters and of who looked at them.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { closeEvidence, evidenceKeyPurpose, openEvidence } from './evidence-box.ts'

export const evidenceLooks = ['text', 'html', 'source', 'attachment'] as const
export type EvidenceLook = (typeof evidenceLooks)[number]

/** @param evidence.pasted the letter was pasted into a form as text, so its bytes are UTF-8 */
export async function insertEvidence(
  trx: Trx,
  keyring: Keyring,
  evidence: {
    source: Uint8Array
    /** Of the letter that was handed in. Larger than `source` if only its beginning is kept. */
    sizeBytes?: number | undefined
    pasted: boolean
    at: Date
    keptUntil: Date
  },
): Promise<string> {
  const { sha256, body, keySealed } = closeEvidence(keyring, evidence.source)
  const [row] = await trx('evidence')
    .insert({
      sha256,
      size_bytes: evidence.sizeBytes ?? evidence.source.length,
      pasted: evidence.pasted,
      body,
      kept_until: evidence.keptUntil,
      created_at: evidence.at,
    })
    .returning('id')
  await trx('evidence_keys').insert({
    evidence_id: row.id,
    key_sealed: keySealed,
    key_id: keyring.newestKeyId,
  })
  return row.id
}

export interface OpenedEvidence {
  readonly id: string
  /** What the letter parser gets: text if the letter was pasted, else bytes. */
  readonly input: Buffer | string
  readonly source: Buffer
  readonly sha256: string
  readonly isBeginning: boolean
  readonly sizeBytes: number
  readonly keptUntil: Date
}

/** @throws EvidenceError if the letter is not as it was handed in */
export async function openKeptEvidence(
  db: Db | Trx,
  keyring: Keyring,
  id: string,
): Promise<OpenedEvidence | undefined> {
  const row = await db('evidence').join('evidence_keys', 'evidence_id', 'id').where({ id }).first()
  if (!row) return undefined
  const source = openEvidence(keyring, {
    sha256: row.sha256,
    body: row.body,
    keySealed: row.key_sealed,
  })
  return {
    id,
    source,
    input: row.pasted ? source.toString('utf8') : source,
    sha256: row.sha256.toString('hex'),
    isBeginning: source.length < row.size_bytes,
    sizeBytes: row.size_bytes,
    keptUntil: row.kept_until,
  }
}

export async function insertEvidenceView(
  trx: Trx,
  view: {
    evidenceId: string
    caseId: string | null
    staffId: string
    what: EvidenceLook
    at: Date
  },
): Promise<void> {
  await trx('evidence_views').insert({
    evidence_id: view.evidenceId,
    case_id: view.caseId,
    viewed_by: view.staffId,
    what: view.what,
    viewed_at: view.at,
  })
}

export interface EvidenceView {
  readonly staffId: string
  readonly what: EvidenceLook
  readonly at: Date
}

/** Newest first. */
export async function listEvidenceViews(
  db: Db | Trx,
  evidenceId: string,
  limit: number,
): Promise<EvidenceView[]> {
  const rows = await db('evidence_views')
    .where({ evidence_id: evidenceId })
    .orderBy('id', 'desc')
    .limit(limit)
  return rows.map((row) => ({ staffId: row.viewed_by, what: row.what, at: row.viewed_at }))
}

/**
 * Returns how many letters it deleted.
 * Security: A letter under a legal hold is deleted by nobody before the hold has ended.
 * A trigger refuses it, as it refuses to delete a letter before its time.
 */
export async function deleteOldEvidence(db: Db, now: Date, limit: number): Promise<number> {
  return await db.transaction(async (trx) => {
    await trx.raw("select set_config('postern.evidence_sweep', ?, true)", [now.toISOString()])
    const { rowCount } = await trx.raw(
      `delete from evidence where id in (
         select e.id from evidence e where e.kept_until <= ? and not exists (
           select 1 from abuse_reports r
           join case_preservations p on p.case_id = r.case_id and p.ended_at is null
           where r.evidence_id = e.id)
         limit ?)`,
      [now, limit],
    )
    return rowCount
  })
}

export const rekeyEvidence = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    {
      table: 'evidence_keys',
      id: 'evidence_id',
      column: 'key_sealed',
      purpose: evidenceKeyPurpose,
      namesKey: true,
    },
    limit,
  )
