// What staff do with a case: look, claim, let go, note, close. Each leaves a trace in the audit.
import type { Trx } from '#db/connection.ts'
import { type Account, findAccount, findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { type Appeal, findAppealOf } from '../appeals/appeal-store.ts'
import type { AuditAction, AuditDetails } from '../audit/actions.ts'
import { recordAudit } from '../audit/store.ts'
import type { DeskParts } from '../desk.ts'
import { findInForce, listMeasures, type Measure } from '../measures/measure-store.ts'
import {
  listReportsOfCase,
  noteOutcome,
  type Outcome,
  type Report,
} from '../reports/report-store.ts'
import {
  type Case,
  clearClaim,
  findCase,
  listRelatedCases,
  noteFirstLook,
  setClaim,
  setClosed,
} from './case-store.ts'
import { insertTimelineEntry, listTimeline, type TimelineEntry } from './timeline-store.ts'

export const notifyReportersTask = 'report:tell-outcome'

/** Everything that the page of a case shows at once. */
export interface CaseView {
  readonly case: Case
  /** The account that sent the letters; undefined where none is shown to have. */
  readonly account: Account | undefined
  /** An account that is only called like the reported address. Nothing shows that it sent anything. */
  readonly namesake: Account | undefined
  readonly inForce: Measure | undefined
  readonly measures: readonly Measure[]
  /** The objection to each measure that has one, by the measure's id. */
  readonly appeals: ReadonlyMap<string, Appeal>
  /** Newest first, at most 20: `reportsBefore` asks for older ones. */
  readonly reports: readonly Report[]
  readonly moreReports: boolean
  readonly related: readonly Case[]
  readonly timeline: readonly TimelineEntry[]
}

const reportsAtOnce = 20

/** Shows a case to a member of staff, notes that somebody looked, and records who. Undefined where there is none. */
export async function showCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  page: { readonly reportsBefore?: string } = {},
): Promise<CaseView | undefined> {
  const { db, keyring, clock } = parts
  const found = await findCase(db, keyring, caseId)
  if (!found) return undefined
  const at = clock.now()
  const { accountId } = found
  const [account, namesake, inForce, measures, reports, related, timeline] = await Promise.all([
    accountId ? findAccount(db, accountId) : undefined,
    accountId ? undefined : findAccountByAddress(db, found.subject),
    accountId ? findInForce(db, accountId) : undefined,
    accountId ? listMeasures(db, accountId) : [],
    listReportsOfCase(db, keyring, caseId, reportsAtOnce + 1, page.reportsBefore),
    listRelatedCases(db, keyring, found, 20),
    listTimeline(db, keyring, caseId, 200),
  ])
  const appeals = new Map<string, Appeal>()
  for (const { id } of measures) {
    const appeal = await findAppealOf(db, keyring, id)
    if (appeal) appeals.set(id, appeal)
  }
  await db.transaction(async (trx) => {
    await noteFirstLook(trx, caseId, at)
    await recordAudit(trx, keyring, {
      staffId,
      action: 'case.viewed',
      caseId,
      accountId,
      details: {},
      at,
    })
  })
  return {
    case: found,
    account,
    namesake,
    inForce,
    measures,
    appeals,
    reports: reports.slice(0, reportsAtOnce),
    moreReports: reports.length > reportsAtOnce,
    related,
    timeline,
  }
}

type CaseAction = Extract<AuditAction, `case.${string}`>

export async function recordWork<A extends CaseAction>(
  trx: Trx,
  parts: DeskParts,
  action: A,
  about: { caseId: string; staffId: string; details: AuditDetails[A] },
): Promise<void> {
  await recordAudit(trx, parts.keyring, { action, ...about, at: parts.clock.now() })
}

/** A second click finds an open case as the first has left it. */
async function isLeftAs(
  trx: Trx,
  { keyring }: DeskParts,
  caseId: string,
  { claimedBy }: Pick<Case, 'claimedBy'>,
): Promise<boolean> {
  const found = await findCase(trx, keyring, caseId)
  return found?.closedAt === null && found.claimedBy === claimedBy
}

/** A second click finds the case closed by the same person with the same outcome. */
async function isClosedAs(
  trx: Trx,
  { keyring }: DeskParts,
  caseId: string,
  staffId: string,
  outcome: Outcome,
): Promise<boolean> {
  const found = await findCase(trx, keyring, caseId)
  return found?.closedBy === staffId && found.outcome === outcome
}

/** Of two who claim at once one gets it. False where somebody else has it, or it is closed. Claiming one's own again does nothing. */
export async function claimCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    if (!(await setClaim(trx, caseId, staffId, at)))
      return await isLeftAs(trx, parts, caseId, { claimedBy: staffId })
    await insertTimelineEntry(trx, parts.keyring, {
      caseId,
      event: 'claimed',
      details: {},
      staffId,
      at,
    })
    await recordWork(trx, parts, 'case.claimed', { caseId, staffId, details: {} })
    return true
  })
}

/** False where somebody else has the case, or it is closed. Letting go of what nobody has does nothing. */
export async function releaseCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    if (!(await clearClaim(trx, caseId, staffId)))
      return await isLeftAs(trx, parts, caseId, { claimedBy: null })
    await insertTimelineEntry(trx, parts.keyring, {
      caseId,
      event: 'released',
      details: {},
      staffId,
      at,
    })
    await recordWork(trx, parts, 'case.released', { caseId, staffId, details: {} })
    return true
  })
}

export const noteMaxChars = 5000

/**
 * @param note what a member of staff wrote, at most `noteMaxChars`
 * @param form digest of the form that it came by: sent again, it is one note
 * @returns false where there is no such case
 */
export async function noteOnCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  note: string,
  form?: Buffer,
): Promise<boolean> {
  const at = parts.clock.now()
  if (!(await findCase(parts.db, parts.keyring, caseId))) return false
  await parts.db.transaction(async (trx) => {
    if (form && (await takeForm(trx, form, at)).kind === 'again') return
    await insertTimelineEntry(trx, parts.keyring, {
      caseId,
      event: 'note',
      details: {},
      note,
      staffId,
      at,
    })
    await recordWork(trx, parts, 'case.noted', { caseId, staffId, details: {} })
  })
  return true
}

/** Closes the case; its reporters are told the class of the outcome by a job. False where it was closed meanwhile or is somebody else's. */
export async function closeCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  outcome: Outcome,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    const done = await setClosed(trx, caseId, { staffId, outcome, at })
    if (!done) return await isClosedAs(trx, parts, caseId, staffId, outcome)
    await noteOutcome(trx, caseId, outcome)
    await enqueue(trx, notifyReportersTask, { caseId }, { jobKey: `tell-outcome:${caseId}` })
    await insertTimelineEntry(trx, parts.keyring, {
      caseId,
      event: 'closed',
      details: { outcome },
      staffId,
      at,
    })
    await recordWork(trx, parts, 'case.closed', { caseId, staffId, details: { outcome } })
    return true
  })
}
