// Everything that the page of a case shows at once.
import type { Db } from '#db/connection.ts'
import { type Account, findAccount, findAccountByAddress } from '#server/accounts/accounts/store.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { type Appeal, findAppealOf } from '../appeals/appeal-store.ts'
import { recordAudit } from '../audit/store.ts'
import { type Campaign, listCampaignsOfCase } from '../campaigns/campaign-store.ts'
import { renewClaim } from '../claims/claim-store.ts'
import { findLookers, noteLook } from '../claims/look-store.ts'
import type { DeskParts } from '../desk.ts'
import { findInForce, listMeasures, type Measure } from '../measures/measure-store.ts'
import { isPreserved } from '../preservation/preservation-store.ts'
import { readRecords } from '../reporters/record-store.ts'
import type { ReporterRecord } from '../reporters/weight.ts'
import { listReportsOfCase, type Report } from '../reports/report-store.ts'
import { type Case, findCase, listRelatedCases, noteFirstLook } from './case-store.ts'
import { listTimeline, type TimelineEntry } from './timeline-store.ts'

export interface CaseView {
  readonly case: Case
  /** The account that sent the letters; undefined if no account is known to have sent them. */
  readonly account: Account | undefined
  /** An account with the reported address. Nothing shows that it sent anything. */
  readonly namesake: Account | undefined
  readonly inForce: Measure | undefined
  readonly measures: readonly Measure[]
  readonly appeals: ReadonlyMap<string, Appeal>
  /** Newest first. */
  readonly reports: readonly Report[]
  readonly moreReports: boolean
  /** The groups that it belongs to. */
  readonly campaigns: readonly Campaign[]
  /** By the digest of the person in hex. */
  readonly records: ReadonlyMap<string, ReporterRecord>
  readonly related: readonly Case[]
  readonly timeline: readonly TimelineEntry[]
  /** Other people who have this page open. */
  readonly lookers: readonly string[]
  /** Whether it is under a legal hold. */
  readonly isPreserved: boolean
}

const reportsAtOnce = 20
const relatedAtOnce = 20
const campaignsAtOnce = 5
const entriesAtOnce = 200

async function findAppeals(
  db: Db,
  keyring: Keyring,
  measures: readonly Measure[],
): Promise<ReadonlyMap<string, Appeal>> {
  const appeals = new Map<string, Appeal>()
  for (const { id } of measures) {
    const appeal = await findAppealOf(db, keyring, id)
    if (appeal) appeals.set(id, appeal)
  }
  return appeals
}

async function recordView(
  { db, keyring, clock }: DeskParts,
  { id: caseId, accountId }: Case,
  staffId: string,
): Promise<void> {
  const at = clock.now()
  await db.transaction(async (trx) => {
    await noteFirstLook(trx, caseId, at)
    await renewClaim(trx, caseId, staffId, at)
    await noteLook(trx, caseId, staffId, at)
    await recordAudit(trx, keyring, {
      staffId,
      action: 'case.viewed',
      caseId,
      accountId,
      details: {},
      at,
    })
  })
}

/** Records the look in the audit. @param page.reportsBefore shows reports older than this id */
export async function showCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  page: { readonly reportsBefore?: string | undefined } = {},
): Promise<CaseView | undefined> {
  const { db, keyring, clock, settings } = parts
  const found = await findCase(db, keyring, caseId)
  if (!found) return undefined
  const { accountId } = found
  const [account, namesake, inForce, measures, reports, related, timeline, looks, preserved] =
    await Promise.all([
      accountId ? findAccount(db, accountId) : undefined,
      accountId ? undefined : findAccountByAddress(db, found.subject),
      accountId ? findInForce(db, accountId) : undefined,
      accountId ? listMeasures(db, accountId) : [],
      listReportsOfCase(db, keyring, caseId, reportsAtOnce + 1, page.reportsBefore),
      listRelatedCases(db, keyring, found, relatedAtOnce, staffId),
      listTimeline(db, keyring, caseId, entriesAtOnce),
      findLookers(db, [caseId], clock.now(), staffId),
      isPreserved(db, caseId),
    ])
  const appeals = await findAppeals(db, keyring, measures)
  const people = reports.map(({ personDigest }) => personDigest)
  const records = await readRecords(db, people, staffId)
  const campaigns = await listCampaignsOfCase(db, keyring, caseId, {
    notOf: staffId,
    leastSenders: settings.campaignSenders,
    limit: campaignsAtOnce,
  })
  await recordView(parts, found, staffId)
  return {
    case: found,
    account,
    namesake,
    inForce,
    measures,
    appeals,
    reports: reports.slice(0, reportsAtOnce),
    moreReports: reports.length > reportsAtOnce,
    records,
    campaigns,
    related,
    timeline,
    lookers: looks.get(caseId) ?? [],
    isPreserved: preserved,
  }
}
