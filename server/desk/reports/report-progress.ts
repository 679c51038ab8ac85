// The state of a report, for people with its secret link.
import { openSignedToken } from '#server/core/keys/signed-token.ts'
import { findCase } from '../cases/case-store.ts'
import type { DeskParts } from '../desk.ts'
import { hasWords } from '../words/word-store.ts'
import { findReport, type Outcome, type Report } from './report-store.ts'
import { progressPurpose } from './take-report.ts'

export interface ReportProgress {
  readonly reference: string
  readonly receivedAt: Date
  readonly state: 'reading' | 'waiting' | 'looked-at' | 'closed'
  readonly outcome: Outcome | null
  /** The same person had reported the same letter before. */
  readonly known: boolean
  readonly unreadable: boolean
  /** Whether staff have written to this person. */
  readonly hasWords: boolean
}

// Security: A reporter learns how a report ended, and nothing of the account or of other reports.
/** Undefined if the link is not ours, or the report has been deleted. */
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
    state: stateOf(report, Boolean(found?.firstSeenAt)),
    known: report.duplicateOf !== null,
    unreadable: report.details.unreadable !== undefined,
    hasWords: await hasWords(db, { reportId: report.id }),
  }
}

/** Also if its report has been deleted. */
export const isProgressLink = ({ keyring }: Pick<DeskParts, 'keyring'>, token: unknown): boolean =>
  openSignedToken(keyring, progressPurpose, token) !== undefined

function stateOf({ outcome, judgedAt }: Report, caseWasSeen: boolean): ReportProgress['state'] {
  if (outcome) return 'closed'
  if (!judgedAt) return 'reading'
  return caseWasSeen ? 'looked-at' : 'waiting'
}
