// What the page of a report's progress shows.
import type { ReportProgress } from './report-progress.ts'

function noticeOf({ outcome, unreadable }: ReportProgress) {
  if (outcome) return { kind: 'info', key: `report-progress.outcomes.${outcome}` }
  return unreadable ? { kind: 'warning', key: 'report-progress.unreadable' } : undefined
}

export const describeProgress = (progress: ReportProgress) => ({
  progress,
  notice: noticeOf(progress),
})
