// The job that tells the reporters of a closed case its outcome.
import { isLocale } from '#server/kit/i18n/texts.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import type { DeskParts } from '../desk.ts'
import { takeUnnotified } from './report-store.ts'
import { limitReportMails, progressTokenOf } from './take-report.ts'

const slice = 100

/** Works in slices, each in a transaction, so that a killed job continues where it stopped. */
export async function notifyReporters(parts: DeskParts, caseId: string): Promise<void> {
  const { db, keyring, clock } = parts
  const mayMail = limitReportMails(parts)
  for (;;) {
    const taken = await db.transaction(async (trx) => {
      const reports = await takeUnnotified(trx, keyring, caseId, slice, clock.now())
      for (const report of reports) {
        const { reporter } = report.details
        if (!reporter || !report.outcome || !isLocale(report.answerLocale)) continue
        if (!(await mayMail(report.reporterDigest))) continue
        const { id, reference, answerLocale: locale } = report
        const outcome = report.corrected ? 'measure-after-all' : report.outcome
        await sendMessage(trx, parts, {
          name: 'report-closed',
          channel: 'mail',
          to: reporter,
          params: { reference, outcome, progressToken: progressTokenOf(parts, id) },
          locale,
          dedupeKey: `report-closed:${id}:${outcome}`,
        })
      }
      return reports.length
    })
    if (taken < slice) return
  }
}
