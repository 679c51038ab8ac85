// The job that judges a report and joins it to a case. It may run twice: the result is the same.
import type { Trx } from '#db/connection.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { KeyedMark } from '../campaigns/campaign-store.ts'
import { digestOfSender, joinCampaigns, keyMarks } from '../campaigns/join-campaigns.ts'
import type { Case } from '../cases/case-store.ts'
import { closeNotOurs } from '../cases/joining/close-not-ours.ts'
import { addKind, joinCase, lockCaseOf } from '../cases/joining/join-store.ts'
import { raiseSeverity } from '../cases/raise-severity.ts'
import { isWorseKind } from '../cases/severity.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { notifyReportersTask } from '../cases/work-on-case.ts'
import { startClock } from '../clocks/run-clock.ts'
import type { DeskParts } from '../desk.ts'
import { type ReadReport, readReportedLetter } from '../provenance/read-reported-letter.ts'
import { insertSearchTerms } from '../queue/search-store.ts'
import { readRecord } from '../reporters/record-store.ts'
import { weightOf } from '../reporters/weight.ts'
import { lockEarlier, lockUnjudged, noteJudged, wasFoundHarmless } from './judging-store.ts'
import { findReport, noteOutcome, type Report } from './report-store.ts'

interface Judging {
  readonly report: Report
  readonly read: ReadReport
  /** The first report of the letter by the same person. */
  readonly duplicateOf: string | null
  readonly harmless: boolean
  readonly terms: readonly string[]
  readonly marks: readonly KeyedMark[]
  /** Of the letter, as campaigns count senders. */
  readonly sender: Buffer
  readonly at: Date
}

/** No letter makes it throw. It throws if something of ours fails: then the job runs again. */
export async function judgeReport(parts: DeskParts, reportId: string): Promise<void> {
  const { db, keyring, clock, index } = parts
  const waiting = await findReport(db, keyring, reportId)
  if (!waiting || waiting.judgedAt) return
  const read = await readReportedLetter(parts, waiting)
  const at = clock.now()
  const terms = await index.terms(read.terms)
  const marks = await keyMarks(parts, read.marks)
  const sender = await digestOfSender(parts, read)
  await db.transaction(async (trx) => {
    const report = await lockUnjudged(trx, keyring, reportId)
    if (!report) return
    const earlier = await lockEarlier(trx, read.duplicateKey)
    const duplicateOf = earlier?.firstId ?? null
    // Security: No earlier judgement lowers an emergency.
    const harmless = !isEmergency(report) && (await wasFoundHarmless(trx, read.letterKey))
    const judging = {
      report,
      read,
      duplicateOf,
      harmless,
      terms,
      marks,
      sender,
      at,
    }
    const known = earlier && (await lockCaseOf(trx, keyring, earlier.lastId))
    if (known && isKnownTo(known, report)) await settleDuplicate(trx, parts, judging, known)
    else await joinOpenCase(trx, parts, judging)
  })
}

/** What is worse than a closed case knew is looked at again, in an open one. */
function isKnownTo({ outcome, kinds, severity }: Case, report: Report): boolean {
  if ((severity === 'emergency') !== isEmergency(report)) return false
  return outcome !== 'merged' && (outcome === null || !isWorseKind(report.kind, kinds))
}

const isEmergency = ({ kind }: Report) => kind === 'emergency'

async function joinOpenCase(trx: Trx, parts: DeskParts, judging: Judging): Promise<void> {
  const { keyring } = parts
  const { report, read, harmless, terms, at } = judging
  const about = {
    accountId: read.account?.id ?? null,
    subject: read.account?.address ?? read.subject,
    subjectDigest: read.subjectDigest,
    isEmergency: isEmergency(report),
  }
  const { personDigest, receivedAt } = report
  const joining = {
    kind: harmless ? null : report.kind,
    personDigest,
    weight: harmless ? 0 : weightOf(await readRecord(trx, personDigest)),
    verdict: read.provenance.verdict,
    harmless,
    at: receivedAt,
  }
  const { found, opened } = await joinCase(trx, keyring, about, joining)
  const caseId = found.id
  if (opened)
    await insertTimelineEntry(trx, keyring, {
      caseId,
      event: 'opened',
      details: {},
      staffId: null,
      at,
    })
  await raiseSeverity(trx, parts, found, read.account, at)
  await startClock(trx, parts, found, receivedAt)
  await noteJudged(trx, keyring, report.id, judgedAs(judging, caseId))
  await insertSearchTerms(trx, { reportId: report.id, caseId, terms })
  const { marks, sender } = judging
  // A campaign shows the words of its letters to everybody at the desk.
  if (!harmless && !isEmergency(report))
    await joinCampaigns(trx, parts, marks, { caseId, sender, at })
  await closeNotOurs(trx, parts, found, read, at)
}

const judgedAs = ({ read, duplicateOf, harmless, at }: Judging, caseId: string) => ({
  caseId,
  duplicateOf,
  harmless,
  at,
  duplicateKey: read.duplicateKey,
  letterKey: read.letterKey,
  details: read.details,
  provenance: read.provenance,
  senderBy: read.provenance.sender?.by ?? null,
})

/** A duplicate joins the case of its original. The case counts nothing of it but a worse kind. */
async function settleDuplicate(
  trx: Trx,
  parts: DeskParts,
  judging: Judging,
  { id: caseId, kinds, outcome }: Case,
): Promise<void> {
  const { keyring } = parts
  const { report, read, harmless, at } = judging
  const { kind } = report
  await noteJudged(trx, keyring, report.id, judgedAs(judging, caseId))
  const isWorse = !harmless && isWorseKind(kind, kinds)
  const raised = kind && isWorse ? await addKind(trx, keyring, caseId, kind) : undefined
  if (raised) {
    await raiseSeverity(trx, parts, raised, read.account, at)
    await startClock(trx, parts, raised, report.receivedAt)
  }
  if (!outcome || outcome === 'merged') return
  await noteOutcome(trx, caseId, outcome)
  await enqueue(trx, notifyReportersTask, { caseId }, { jobKey: `tell-outcome:${caseId}` })
}
