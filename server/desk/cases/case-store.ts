// Cases. Each collects the reports about one account, or about one address without an account.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { visibleTo } from '../emergencies/visible.ts'
import type { Verdict } from '../provenance/provenance-rules.ts'
import { fullWeight } from '../reporters/weight.ts'
import type { ReportKind } from '../reports/report-kind.ts'
import type { Outcome } from '../reports/report-store.ts'
import { type Severity, type SeverityJudgement, severities } from './severity.ts'

const purpose = 'abuse.case'

/** Weakest first. The database stores positions in this list, so the order must not change. */
export const verdictRanks: readonly Verdict[] = ['not-ours', 'unproven', 'likely', 'proven']

export interface Case {
  readonly id: string
  readonly accountId: string | null
  readonly subject: string
  readonly severity: Severity
  readonly severityReasons: SeverityJudgement['reasons']
  readonly provenance: Verdict
  readonly kinds: readonly ReportKind[]
  readonly reportCount: number
  readonly reporterCount: number
  /** As many people as the reporters weigh by their records. */
  readonly reporterWeight: number
  /** Reports of letters that were judged before, without a breach. */
  readonly harmlessCount: number
  readonly openedAt: Date
  readonly lastReportAt: Date
  readonly firstSeenAt: Date | null
  /** Until when it should be decided; null while its clock is paused. */
  readonly dueAt: Date | null
  readonly isPaused: boolean
  readonly claimedBy: string | null
  readonly claimedAt: Date | null
  readonly closedAt: Date | null
  readonly closedBy: string | null
  /** `merged`: its reports and notes were moved to the account's other case. */
  readonly outcome: Outcome | 'merged' | null
}

const tagKinds = { emergency: 'bad', high: 'bad', medium: 'wait', low: '' } as const

/** The `kind` of `components/tag` that shows a severity. */
export const tagKindOf = (severity: Severity) => tagKinds[severity]

export function asCase(keyring: Keyring, row: Record<string, unknown>): Case {
  const details = JSON.parse(keyring.open(purpose, row.details_sealed as string)) as {
    subject: string
  }
  return {
    id: String(row.id),
    accountId: row.account_id as string | null,
    subject: details.subject,
    severity: severities[row.severity as number] ?? 'low',
    severityReasons: row.severity_reasons as Case['severityReasons'],
    provenance: verdictRanks[row.provenance as number] ?? 'not-ours',
    kinds: row.kinds as ReportKind[],
    reportCount: row.report_count as number,
    reporterCount: row.reporter_count as number,
    reporterWeight: (row.reporter_count as number) + (row.weight_shift as number) / fullWeight,
    harmlessCount: row.harmless_count as number,
    openedAt: row.opened_at as Date,
    lastReportAt: row.last_report_at as Date,
    firstSeenAt: row.first_seen_at as Date | null,
    dueAt: row.due_at as Date | null,
    isPaused: row.clock_left_ms !== null,
    claimedBy: row.claimed_by as string | null,
    claimedAt: row.claimed_at as Date | null,
    closedAt: row.closed_at as Date | null,
    closedBy: row.closed_by as string | null,
    outcome: row.outcome as Case['outcome'],
  }
}

export interface CaseSubject {
  readonly accountId: string | null
  readonly subject: string
  readonly subjectDigest: Buffer
  /** An emergency has an open case of its own. */
  readonly isEmergency?: boolean
}

/**
 * Finds the open case of a subject or opens one, and locks its row until the transaction ends.
 * A partial unique index keeps two requests from opening two cases.
 */
export async function openCase(
  trx: Trx,
  keyring: Keyring,
  about: CaseSubject,
  at: Date,
): Promise<{ readonly id: string; readonly opened: boolean }> {
  const target =
    about.accountId === null
      ? '(subject_digest, (severity = 3)) where closed_at is null and account_id is null'
      : '(account_id, (severity = 3)) where closed_at is null and account_id is not null'
  const { rows } = await trx.raw(
    `insert into abuse_cases as c
       (account_id, subject_digest, details_sealed, key_id, opened_at, last_report_at, severity)
     values (:accountId, :subjectDigest, :details, :keyId, :at, :at, :severity)
     on conflict ${target} do update
       set last_report_at = greatest(c.last_report_at, excluded.last_report_at)
     returning id, xmax = 0 as opened`,
    {
      accountId: about.accountId,
      subjectDigest: about.subjectDigest,
      details: keyring.seal(purpose, JSON.stringify({ subject: about.subject })),
      keyId: keyring.newestKeyId,
      at,
      severity: about.isEmergency ? severities.indexOf('emergency') : 0,
    },
  )
  return { id: String(rows[0].id), opened: rows[0].opened }
}

export async function setSeverity(
  trx: Trx,
  caseId: string,
  judged: SeverityJudgement,
): Promise<void> {
  await trx('abuse_cases')
    .where({ id: caseId })
    .update({
      severity: severities.indexOf(judged.level),
      severity_reasons: JSON.stringify(judged.reasons),
    })
}

export async function findCase(
  db: Db | Trx,
  keyring: Keyring,
  id: string,
): Promise<Case | undefined> {
  const row = /^\d{1,18}$/.test(id) ? await db('abuse_cases').where({ id }).first() : undefined
  return row && asCase(keyring, row)
}

/** Other cases of the same account, newest first. Without an account: of the same address. */
export async function listRelatedCases(
  db: Db | Trx,
  keyring: Keyring,
  of: Case,
  limit: number,
  viewer: string,
): Promise<Case[]> {
  const query = db('abuse_cases')
    .whereNot({ id: of.id })
    .whereRaw(visibleTo('?'), [viewer, viewer])
    .orderBy('id', 'desc')
    .limit(limit)
  if (of.accountId !== null) query.where({ account_id: of.accountId })
  else
    query
      .whereNull('account_id')
      .where('subject_digest', db('abuse_cases').where({ id: of.id }).select('subject_digest'))
  return (await query).map((row) => asCase(keyring, row))
}

export async function noteFirstLook(trx: Trx, caseId: string, at: Date): Promise<void> {
  await trx('abuse_cases')
    .where({ id: caseId })
    .whereNull('first_seen_at')
    .update({ first_seen_at: at })
}

/** Lets measures and the closing of a case happen one after the other. */
export async function lockCase(trx: Trx, keyring: Keyring, id: string): Promise<Case | undefined> {
  const row = await trx('abuse_cases').where({ id }).forUpdate().first()
  return row && asCase(keyring, row)
}

/** Of a closed case. */
export async function setOutcome(trx: Trx, caseId: string, outcome: Outcome): Promise<void> {
  await trx('abuse_cases').where({ id: caseId }).whereNotNull('closed_at').update({ outcome })
}

/** False if the case is closed, or claimed by somebody else. */
export async function setClosed(
  trx: Trx,
  caseId: string,
  closing: { staffId: string; outcome: Outcome; at: Date },
): Promise<boolean> {
  const changed = await trx('abuse_cases')
    .where({ id: caseId })
    .whereNull('closed_at')
    .where((open) => open.whereNull('claimed_by').orWhere({ claimed_by: closing.staffId }))
    .update({ closed_at: closing.at, closed_by: closing.staffId, outcome: closing.outcome })
  return changed === 1
}
