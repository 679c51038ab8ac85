// Tells the reporters of a closed case the class of its outcome, a slice at a time.
import { isLocale } from '#server/kit/i18n/texts.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import type { DeskParts } from '../desk.ts'
import { takeUntold } from './report-store.ts'
import { progressTokenOf, reportMailBudget } from './take-report.ts'

const slice = 100

/** Each reporter who wants an answer gets one for each report, as far as the daily budget of the address goes. Killed in between, it goes on. */
export async function notifyReporters(parts: DeskParts, caseId: string): Promise<void> {
  const { db, keyring, clock } = parts
  const mayMail = reportMailBudget(parts)
  for (;;) {
    const told = await db.transaction(async (trx) => {
      const reports = await takeUntold(trx, keyring, caseId, slice, clock.now())
      for (const report of reports) {
        const { reporter } = report.details
        if (!reporter || !report.outcome || !isLocale(report.answerLocale)) continue
        if (!(await mayMail(report.reporterDigest))) continue
        const { id, reference, outcome, answerLocale: locale } = report
        await sendMessage(trx, parts, {
          name: 'report-closed',
          channel: 'mail',
          to: reporter,
          params: { reference, outcome, progressToken: progressTokenOf(parts, id) },
          locale,
          dedupeKey: `report-closed:${id}`,
        })
      }
      return reports.length
    })
    if (told < slice) return
  }
}
