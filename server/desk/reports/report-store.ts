// Owns the table of reports.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { visibleTo } from '../emergencies/visible.ts'
import type { Provenance } from '../provenance/provenance.ts'
import type { ReasonCode } from '../provenance/provenance-reasons.ts'
import type { Verdict } from '../provenance/provenance-rules.ts'
import type { ReportKind } from './report-kind.ts'

export const reportPurpose = 'abuse.report'

export type ReportChannel = 'form' | 'mail' | 'feedback-loop'
export type ReportHow = 'source' | 'retold' | 'none'

/** How a case can be closed. Its reporters learn it. */
export const outcomes = ['measure-taken', 'no-breach', 'not-ours', 'not-enough'] as const
export type Outcome = (typeof outcomes)[number]
export const isOutcome = (value: unknown): value is Outcome =>
  outcomes.some((outcome) => outcome === value)

/** The sealed part of a report. The job that judges it adds everything from `subject` on. */
export interface ReportDetails {
  /** The sender of the letter, according to the reporter. */
  readonly sender: string | null
  readonly reporter: string | null
  readonly note: string
  /** How many more letters came with the same mail, and were not taken. */
  readonly lettersLeft?: number
  readonly subject?: string
  readonly from?: readonly string[]
  readonly messageId?: string | null
  readonly handedOverBy?: string | null
  readonly queueId?: string | null
  readonly sentAt?: string | null
  readonly linkHosts?: readonly string[]
  readonly attachments?: number
  /** Why the letter could not be read: `outlook-msg`, `too-large` … */
  readonly unreadable?: string
}

export interface Report {
  readonly id: string
  readonly reference: string
  readonly channel: ReportChannel
  readonly kind: ReportKind | null
  readonly how: ReportHow
  readonly evidenceId: string | null
  readonly details: ReportDetails
  readonly reporterDigest: Buffer
  /** Whom it counts as. */
  readonly personDigest: Buffer
  readonly answerLocale: Locale | null
  readonly receivedAt: Date
  readonly judgedAt: Date | null
  readonly caseId: string | null
  readonly duplicateOf: string | null
  readonly verdict: Verdict | null
  readonly rule: string | null
  readonly reasons: readonly ReasonCode[]
  readonly content: Provenance['content'] | null
  readonly senderBy: 'trace' | 'received' | 'signed-from' | null
  readonly outcome: Outcome | null
  /** Its letter had been judged before, without a breach. */
  readonly harmless: boolean
  /** Its outcome is another one than the reporter was told at first. */
  readonly corrected: boolean
}

export function asReport(keyring: Keyring, row: Record<string, unknown>): Report {
  return {
    id: String(row.id),
    reference: row.reference as string,
    channel: row.channel as ReportChannel,
    kind: row.kind as ReportKind | null,
    how: row.how as ReportHow,
    evidenceId: row.evidence_id as string | null,
    details: JSON.parse(keyring.open(reportPurpose, row.details_sealed as string)),
    reporterDigest: row.reporter_digest as Buffer,
    personDigest: (row.person_digest ?? row.reporter_digest) as Buffer,
    answerLocale: row.answer_locale as Locale | null,
    receivedAt: row.received_at as Date,
    judgedAt: row.judged_at as Date | null,
    caseId: row.case_id === null ? null : String(row.case_id),
    duplicateOf: row.duplicate_of === null ? null : String(row.duplicate_of),
    verdict: row.verdict as Verdict | null,
    rule: row.rule as string | null,
    reasons: row.reasons as ReasonCode[],
    content: row.content as Report['content'],
    senderBy: row.sender_by as Report['senderBy'],
    outcome: row.outcome as Outcome | null,
    harmless: row.harmless as boolean,
    corrected: row.corrected_at !== null,
  }
}

export async function insertReport(
  trx: Trx,
  keyring: Keyring,
  report: Pick<
    Report,
    | 'reference'
    | 'channel'
    | 'kind'
    | 'how'
    | 'evidenceId'
    | 'details'
    | 'reporterDigest'
    | 'personDigest'
  > & {
    readonly answerLocale: Locale | null
    readonly at: Date
  },
): Promise<string> {
  const [row] = await trx('abuse_reports')
    .insert({
      reference: report.reference,
      channel: report.channel,
      kind: report.kind,
      how: report.how,
      evidence_id: report.evidenceId,
      details_sealed: keyring.seal(reportPurpose, JSON.stringify(report.details)),
      key_id: keyring.newestKeyId,
      reporter_digest: report.reporterDigest,
      person_digest: report.personDigest,
      answer_locale: report.answerLocale,
      received_at: report.at,
    })
    .returning('id')
  return String(row.id)
}

/** Finds judged reports only. @param notOf the viewer: no case about their own mailbox is found */
export async function findCaseIdOfReference(
  db: Db | Trx,
  reference: string,
  notOf: string,
): Promise<string | undefined> {
  const row = await db('abuse_reports as r')
    .join('abuse_cases as c', 'c.id', 'r.case_id')
    .where('r.reference', reference)
    .whereRaw(visibleTo('?', 'c.'), [notOf, notOf])
    .first('c.id')
  return row && String(row.id)
}

export async function findReport(
  db: Db | Trx,
  keyring: Keyring,
  id: string,
): Promise<Report | undefined> {
  const row = await db('abuse_reports').where({ id }).first()
  return row && asReport(keyring, row)
}

/** Newest first. @param before lists reports older than this id */
export async function listReportsOfCase(
  db: Db | Trx,
  keyring: Keyring,
  caseId: string,
  limit: number,
  before?: string,
): Promise<Report[]> {
  const query = db('abuse_reports').where({ case_id: caseId }).orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query.where('id', '<', before)
  return (await query).map((row) => asReport(keyring, row))
}

/** Not while the closing can be undone: then a job notes it later. */
export async function noteOutcome(trx: Trx, caseId: string, outcome: Outcome): Promise<void> {
  await trx.raw(
    `update abuse_reports set outcome = :outcome
     where case_id = :caseId and outcome is null and not exists (
       select 1 from abuse_cases
       where id = :caseId and answers_held)`,
    { caseId, outcome },
  )
}

/** Gives the reports of a closed case another outcome, of which their reporters are told. */
export async function correctOutcomes(
  trx: Trx,
  caseId: string,
  outcome: Outcome,
  at: Date,
): Promise<void> {
  await trx.raw(
    `with locked as (
       select id from abuse_reports where case_id = :caseId order by id for update)
     update abuse_reports set outcome = :outcome, outcome_told_at = null,
       corrected_at = case when outcome_told_at is not null then :at::timestamptz end
     where id in (select id from locked)`,
    { caseId, outcome, at },
  )
}

/** Takes up to `limit` closed reports whose reporters had no notice, and marks them as done. */
export async function takeUnnotified(
  trx: Trx,
  keyring: Keyring,
  caseId: string,
  limit: number,
  at: Date,
): Promise<Report[]> {
  const { rows } = await trx.raw(
    `update abuse_reports set outcome_told_at = :at where id in (
       select id from abuse_reports
       where case_id = :caseId and outcome is not null and outcome_told_at is null
       order by id limit :limit for update)
     returning *`,
    { caseId, limit, at },
  )
  return rows.map((row: Record<string, unknown>) => asReport(keyring, row))
}
