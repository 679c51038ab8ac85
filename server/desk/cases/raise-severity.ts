import type { Trx } from '#db/connection.ts'
import type { Account } from '#server/accounts/accounts/store.ts'
import { countActivity } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { methodIds } from '#server/core/method-ids.ts'
import { noteHighCase } from '../alerts/alert-staff.ts'
import type { DeskParts } from '../desk.ts'
import { type Case, setSeverity } from './case-store.ts'
import { judgeSeverity } from './severity.ts'
import { insertTimelineEntry } from './timeline-store.ts'

/** Events that hint at a stolen account if they happened shortly before a report. */
const recoveryChanges = methodIds
  .flatMap((method): string[] => [`${method}.changed`, `${method}.removed`, `${method}.added`])
  .concat('password.reset', 'password.changed')
const recentMs = 3 * msPerDay

/** Judges the case again by all that is known now. The severity only rises. */
export async function raiseSeverity(
  trx: Trx,
  { keyring }: Pick<DeskParts, 'keyring'>,
  found: Case,
  account: Account | undefined,
  at: Date,
): Promise<void> {
  const facts = {
    kinds: found.kinds,
    distinctReporters: Math.floor(found.reporterWeight),
    harmless: found.reportCount > 0 && found.harmlessCount === found.reportCount,
    provenance: found.provenance,
    accountAgeDays: account
      ? Math.floor((at.getTime() - account.createdAt.getTime()) / msPerDay)
      : null,
    recentRecoveryChanges: account
      ? await countActivity(trx, account.id, recoveryChanges, new Date(at.getTime() - recentMs))
      : 0,
  }
  const judged = judgeSeverity(facts, found.severity)
  await setSeverity(trx, found.id, judged)
  if (judged.level === 'emergency') await noteHighCase(trx, found.id, at)
  if (judged.level === found.severity) return
  if (judged.level === 'high') await noteHighCase(trx, found.id, at)
  await insertTimelineEntry(trx, keyring, {
    caseId: found.id,
    event: 'severity-raised',
    details: { level: judged.level },
    staffId: null,
    at,
  })
}
