// The background tasks of reports.
import { msPerMinute } from '#server/core/durations.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { notifyReportersTask } from '../cases/work-on-case.ts'
import type { DeskParts } from '../desk.ts'
import { findForgottenReports } from './judging-store.ts'
import { notifyReporters } from './notify-reporters.ts'
import { enqueueJudging, judgeTask } from './take-report.ts'

const fetchTask = 'abuse:fetch'
const sweepTask = 'abuse:sweep'

/** Judging never takes this long: a report that still waits has lost its job. */
const forgottenMs = 15 * msPerMinute

export const reportTimes = [
  `* * * * * ${fetchTask} ?max=1&queue=abuse-fetch`,
  `*/10 * * * * ${sweepTask}`,
]

export function reportTasks(parts: DeskParts): TaskList {
  return {
    [judgeTask]: async ({ reportId }) => {
      // Loaded with the first report, so that the parsers do not slow down the start.
      const { judgeReport } = await import('./judge-report.ts')
      await judgeReport(parts, String(reportId))
    },
    [notifyReportersTask]: ({ caseId }) => notifyReporters(parts, String(caseId)),
    [fetchTask]: async () => {
      if (!parts.settings.abuseImapUrl) return
      const { fetchMail } = await import('./mail/fetch-mail.ts')
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
