// Confirms that an address is the reporter's: the link in the mail to it shows that.
import type { Trx } from '#db/connection.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import type { Case } from '../cases/case-store.ts'
import { lockCaseOf, replacePerson } from '../cases/joining/join-store.ts'
import { raiseSeverity } from '../cases/raise-severity.ts'
import type { DeskParts } from '../desk.ts'
import { findReport, type Report } from '../reports/report-store.ts'
import { lockReport, setPerson } from './confirm-store.ts'
import { openConfirmToken } from './confirm-token.ts'
import { readRecord } from './record-store.ts'
import { weightOf } from './weight.ts'

export interface Confirmation {
  readonly reference: string
  readonly isConfirmed: boolean
}

const isConfirmed = ({ personDigest, reporterDigest }: Report) =>
  personDigest.equals(reporterDigest)

/** Undefined if the link is not ours, or the report has been deleted. */
export async function findConfirmation(
  parts: DeskParts,
  token: unknown,
): Promise<Confirmation | undefined> {
  const id = openConfirmToken(parts, token)
  const report = id && (await findReport(parts.db, parts.keyring, id))
  if (!report) return undefined
  return {
    reference: report.reference,
    isConfirmed: isConfirmed(report),
  }
}

export const isConfirmLink = (parts: DeskParts, token: unknown): boolean =>
  openConfirmToken(parts, token) !== undefined

// Security: A typed address is a person only after its reader has confirmed it.
export async function confirmReport(parts: DeskParts, token: unknown): Promise<void> {
  const id = openConfirmToken(parts, token)
  if (!id) return
  const report = await findReport(parts.db, parts.keyring, id)
  for (const each of [report?.duplicateOf, id]) if (each) await confirmOne(parts, each)
}

async function confirmOne(parts: DeskParts, id: string): Promise<void> {
  for (;;) {
    const isDone = await parts.db.transaction((trx) => confirm(trx, parts, id))
    if (isDone) return
  }
}

/** False if the report got another case meanwhile: a case is locked before its reports. */
async function confirm(trx: Trx, parts: DeskParts, id: string): Promise<boolean> {
  const { keyring } = parts
  const found = await lockCaseOf(trx, keyring, id)
  const report = await lockReport(trx, keyring, id)
  if (!report || isConfirmed(report)) return true
  if ((found?.id ?? null) !== report.caseId) return false
  await setPerson(trx, id, report.reporterDigest)
  if (found && !report.duplicateOf) await countAgain(trx, parts, found, report)
  return true
}

async function countAgain(
  trx: Trx,
  parts: DeskParts,
  { id: caseId }: Case,
  report: Report,
): Promise<void> {
  const { keyring, clock } = parts
  const { personDigest: from, reporterDigest: to } = report
  const weight = report.harmless ? 0 : weightOf(await readRecord(trx, to))
  const counted = await replacePerson(trx, keyring, caseId, { from, to, weight })
  if (counted.closedAt) return
  const { accountId } = counted
  const account = accountId ? await findAccount(trx, accountId) : undefined
  await raiseSeverity(trx, parts, counted, account, clock.now())
}
