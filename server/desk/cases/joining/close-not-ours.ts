// A letter that did not come from us needs no member of staff: its case is closed by itself.
import type { Trx } from '#db/connection.ts'
import { isUrgent } from '#server/desk/clocks/run-clock.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import type { ReadReport } from '#server/desk/provenance/read-reported-letter.ts'
import { noteOutcome } from '#server/desk/reports/report-store.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { Case } from '../case-store.ts'
import { insertTimelineEntry } from '../timeline-store.ts'
import { notifyReportersTask } from '../work-on-case.ts'
import { setNotOurs } from './join-store.ts'

const outcome = 'not-ours'

/** What speaks against the verdict: too little of the letter is left, or its reporter names us. */
function isDoubtful(read: ReadReport, domains: readonly string[]): boolean {
  // A server that we know took it from a stranger: its From is forged.
  if (read.provenance.rule === 'stranger-with-our-from') return false
  if (!read.details.from?.length) return true
  const domain = read.details.sender?.toLowerCase().split('@').at(-1) ?? ''
  return domains.includes(domain)
}

/**
 * Closes the case and answers its reporters, if no letter in it came from us.
 * An emergency is closed by a person, also if its letter is not ours.
 */
export async function closeNotOurs(
  trx: Trx,
  { keyring, settings }: Pick<DeskParts, 'keyring' | 'settings'>,
  found: Case,
  read: ReadReport,
  at: Date,
): Promise<void> {
  const { id: caseId, kinds } = found
  if (found.provenance !== outcome || isUrgent(kinds)) return
  if (isDoubtful(read, settings.mailDomains)) return
  if (!(await setNotOurs(trx, caseId, at))) return
  await noteOutcome(trx, caseId, outcome)
  await enqueue(trx, notifyReportersTask, { caseId }, { jobKey: `tell-outcome:${caseId}` })
  await insertTimelineEntry(trx, keyring, {
    caseId,
    event: 'closed',
    details: { outcome },
    staffId: null,
    at,
  })
}
