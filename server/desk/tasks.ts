// The background tasks of the abuse desk.
import { msPerMinute } from '../core/durations.ts'
import type { TaskList } from '../kit/jobs/worker.ts'
import { sendingLimitTask } from '../mail/sending-limits/judge-sending.ts'
import { notifyReportersTask } from './cases/work-on-case.ts'
import type { DeskParts } from './desk.ts'
import { expireTask } from './measures/apply-measure.ts'
import { noteEffect } from './measures/measure-store.ts'
import { endExpiredMeasures } from './measures/take-measure.ts'
import { findForgottenReports } from './reports/judging-store.ts'
import { notifyReporters } from './reports/notify-reporters.ts'
import { enqueueJudging, judgeTask } from './reports/take-report.ts'

const fetchTask = 'abuse:fetch'
const sweepTask = 'abuse:sweep'

/** Judging never takes this long, so the job was lost. */
const forgottenMs = 15 * msPerMinute

export const deskCrontab = `
* * * * * ${fetchTask} ?max=1&queue=abuse-fetch
* * * * * ${expireTask}
*/10 * * * * ${sweepTask}
`

export function deskTasks(parts: DeskParts): TaskList {
  return {
    [judgeTask]: async ({ reportId }) => {
      // Loaded with the first report, so that the parsers do not slow down the start.
      const { judgeReport } = await import('./reports/judge-report.ts')
      await judgeReport(parts, String(reportId))
    },
    [sendingLimitTask]: async ({ alertId }) => {
      const { openCaseOfLimit } = await import('./cases/sending-limit.ts')
      await openCaseOfLimit(parts, String(alertId))
    },
    [notifyReportersTask]: ({ caseId }) => notifyReporters(parts, String(caseId)),
    [expireTask]: async () => void (await endExpiredMeasures(parts)),
    [fetchTask]: async () => {
      if (!parts.settings.abuseImapUrl) return
      const { fetchMail } = await import('./reports/fetch-mail.ts')
      await fetchMail(parts)
    },
    [sweepTask]: async () => {
      const since = new Date(parts.clock.now().getTime() - forgottenMs)
      const forgotten = await findForgottenReports(parts.db, since, 500)
      await parts.db.transaction(async (trx) => {
        for (const id of forgotten) await enqueueJudging(trx, id)
      })
    },
  }
}

/** For use after the platform has taken over a mailbox's wanted state. */
export const noteMeasureEffect = (parts: Pick<DeskParts, 'db'>, accountId: string): Promise<void> =>
  noteEffect(parts.db, accountId)
