// Stores the result of judging a report.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Provenance } from '../provenance/provenance.ts'
import { asReport, type Report, type ReportDetails, reportPurpose } from './report-store.ts'

/** Undefined if another job has judged the report. */
export async function lockUnjudged(
  trx: Trx,
  keyring: Keyring,
  id: string,
): Promise<Report | undefined> {
  const row = await trx('abuse_reports').where({ id }).whereNull('judged_at').forUpdate().first()
  return row && asReport(keyring, row)
}

export interface EarlierReports {
  readonly firstId: string
  readonly lastId: string
}

/** The reports of this letter by this person. A lock makes later ones wait meanwhile. */
export async function lockEarlier(
  trx: Trx,
  duplicateKey: Buffer,
): Promise<EarlierReports | undefined> {
  await trx.raw('select pg_advisory_xact_lock(?)', [String(duplicateKey.readBigInt64BE())])
  const first = await trx('abuse_reports')
    .where({ duplicate_key: duplicateKey })
    .whereNull('duplicate_of')
    .first('id')
  if (!first) return undefined
  const last = await trx('abuse_reports')
    .where({ duplicate_of: first.id })
    .orderBy('id', 'desc')
    .first('id')
  return { firstId: String(first.id), lastId: String((last ?? first).id) }
}

/** Whether the letter was judged, always without a breach. */
export async function wasFoundHarmless(trx: Trx, letterKey: Buffer | null): Promise<boolean> {
  if (!letterKey) return false
  const ended = (outcome: string) =>
    trx('abuse_reports').where({ letter_key: letterKey, outcome }).first('id')
  return Boolean(await ended('no-breach')) && !(await ended('measure-taken'))
}

export interface Judged {
  readonly caseId: string | null
  readonly duplicateKey: Buffer
  readonly duplicateOf: string | null
  readonly letterKey: Buffer | null
  readonly harmless: boolean
  readonly details: ReportDetails
  readonly provenance: Pick<Provenance, 'verdict' | 'rule' | 'reasons' | 'content'>
  readonly senderBy: Report['senderBy']
  readonly at: Date
}

export async function noteJudged(
  trx: Trx,
  keyring: Keyring,
  id: string,
  judged: Judged,
): Promise<void> {
  await trx('abuse_reports')
    .where({ id })
    .update({
      case_id: judged.caseId,
      duplicate_key: judged.duplicateKey,
      duplicate_of: judged.duplicateOf,
      letter_key: judged.letterKey,
      harmless: judged.harmless,
      details_sealed: keyring.seal(reportPurpose, JSON.stringify(judged.details)),
      key_id: keyring.newestKeyId,
      verdict: judged.provenance.verdict,
      rule: judged.provenance.rule,
      reasons: [...judged.provenance.reasons],
      content: judged.provenance.content,
      sender_by: judged.senderBy,
      judged_at: judged.at,
    })
}

/** Ids of reports from before `since` that nobody judged: their jobs were lost. */
export async function findForgottenReports(db: Db, since: Date, limit: number): Promise<string[]> {
  const rows = await db('abuse_reports')
    .whereNull('judged_at')
    .where('received_at', '<', since)
    .orderBy('id')
    .limit(limit)
    .select('id')
  return rows.map((row) => String(row.id))
}
