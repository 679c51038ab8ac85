// The job that judges a report and joins it to a case. It may run twice: the result is the same.
import type { Trx } from '#db/connection.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { joinCase } from '../cases/case-store.ts'
import { raiseSeverity } from '../cases/raise-severity.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { notifyReportersTask } from '../cases/work-on-case.ts'
import { startClock } from '../clocks/run-clock.ts'
import type { DeskParts } from '../desk.ts'
import { type ReadReport, readReportedLetter } from '../provenance/read-reported-letter.ts'
import { insertSearchTerms } from '../queue/search-store.ts'
import { lockOriginal, lockUnjudged, noteJudged } from './judging-store.ts'
import { findReport, noteOutcome, type Report } from './report-store.ts'

/** No letter makes it throw. It throws if something of ours fails: then the job runs again. */
export async function judgeReport(parts: DeskParts, reportId: string): Promise<void> {
  const { db, keyring, clock, index } = parts
  const waiting = await findReport(db, keyring, reportId)
  if (!waiting || waiting.judgedAt) return
  const read = await readReportedLetter(parts, waiting)
  const at = clock.now()
  const terms = await index.terms(read.terms)
  const subjectDigest = await index.digest('subject', read.subject.toLowerCase())
  await db.transaction(async (trx) => {
    const report = await lockUnjudged(trx, keyring, reportId)
    if (!report) return
    const original = await lockOriginal(trx, keyring, read.duplicateKey)
    if (original?.caseId) return await settleDuplicate(trx, parts, report, original, read, at)
    const about = {
      accountId: read.account?.id ?? null,
      subject: read.account?.address ?? read.subject,
      subjectDigest,
    }
    const { verdict } = read.provenance
    const joining = {
      kind: report.kind,
      reporterDigest: report.reporterDigest,
      verdict,
      at: report.receivedAt,
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
    await startClock(trx, parts, found, report.receivedAt)
    await noteJudged(trx, keyring, reportId, judgedAs(read, { caseId, duplicateOf: null, at }))
    await insertSearchTerms(trx, { reportId, caseId, terms })
  })
}

const judgedAs = (
  read: ReadReport,
  more: { caseId: string; duplicateOf: string | null; at: Date },
) => ({
  ...more,
  duplicateKey: read.duplicateKey,
  details: read.details,
  provenance: read.provenance,
  senderBy: read.provenance.sender?.by ?? null,
})

/** A duplicate joins the case of its original. The case does not count it. */
async function settleDuplicate(
  trx: Trx,
  { keyring }: DeskParts,
  report: Report,
  original: Report,
  read: ReadReport,
  at: Date,
): Promise<void> {
  const caseId = original.caseId ?? ''
  await noteJudged(
    trx,
    keyring,
    report.id,
    judgedAs(read, { caseId, duplicateOf: original.id, at }),
  )
  if (!original.outcome) return
  await noteOutcome(trx, caseId, original.outcome)
  await enqueue(trx, notifyReportersTask, { caseId }, { jobKey: `tell-outcome:${caseId}` })
}
