// A measure shows that a closed case was right: its reporters are told so.
import type { Trx } from '#db/connection.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { correctOutcomes } from '#server/desk/reports/report-store.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { lockCase, setOutcome } from '../case-store.ts'
import { insertTimelineEntry } from '../timeline-store.ts'
import { notifyReportersTask } from '../work-on-case.ts'

const outcome = 'measure-taken'

/** An open case is left: its outcome follows when it is closed. */
export async function correctOutcome(
  trx: Trx,
  { keyring }: Pick<DeskParts, 'keyring'>,
  about: { readonly caseId: string; readonly staffId: string | null; readonly at: Date },
): Promise<void> {
  const { caseId, at } = about
  const found = await lockCase(trx, keyring, caseId)
  if (!found?.outcome || found.outcome === 'merged' || found.outcome === outcome) return
  await setOutcome(trx, caseId, outcome)
  await correctOutcomes(trx, caseId, outcome, at)
  await enqueue(trx, notifyReportersTask, { caseId }, { jobKey: `tell-outcome:${caseId}` })
  const details = { outcome }
  await insertTimelineEntry(trx, keyring, { ...about, event: 'outcome-corrected', details })
}
