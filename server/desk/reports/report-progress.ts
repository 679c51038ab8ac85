// How far a report is, for whoever holds its link.
import { openSignedToken } from '#server/core/keys/signed-token.ts'
import { findCase } from '../cases/case-store.ts'
import type { DeskParts } from '../desk.ts'
import { findReport, type Outcome } from './report-store.ts'
import { progressPurpose } from './take-report.ts'

export interface ReportProgress {
  readonly reference: string
  readonly receivedAt: Date
  readonly state: 'reading' | 'waiting' | 'looked-at' | 'closed'
  readonly outcome: Outcome | null
  /** The same person reported the same letter before. */
  readonly known: boolean
  readonly unreadable: boolean
}

// Security: a reporter learns how far it is and how it ended, never anything of the account or of other reports.
/** Undefined where the link is none of ours, or the report was deleted since. */
export async function findProgress(
  parts: DeskParts,
  token: unknown,
): Promise<ReportProgress | undefined> {
  const { db, keyring } = parts
  const id = openSignedToken(keyring, progressPurpose, token)
  const report = id === undefined ? undefined : await findReport(db, keyring, id)
  if (!report) return undefined
  const found = report.caseId ? await findCase(db, keyring, report.caseId) : undefined
  const { reference, receivedAt, outcome } = report
  return {
    reference,
    receivedAt,
    outcome,
    state: outcome
      ? 'closed'
      : !report.judgedAt
        ? 'reading'
        : found?.firstSeenAt
          ? 'looked-at'
          : 'waiting',
    known: report.duplicateOf !== null,
    unreadable: report.details.unreadable !== undefined,
  }
}
