// Opens a case for an account that reached its sending limit, though nobody has reported it.

import { findAccount } from '#server/accounts/accounts/store.ts'
import { startClock } from '#server/desk/clocks/run-clock.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { spendAlert } from '#server/mail/sending-limits/spend-alert.ts'
import { findCase, openCase, setSeverity } from '../case-store.ts'
import { insertTimelineEntry } from '../timeline-store.ts'

/** As for a dangerous report: a full sending limit is often the first sign of a stolen account. */
const points = 3

/** Does its work once for each alert, however often the job runs. */
export async function openCaseOfLimit(parts: DeskParts, alertId: string): Promise<void> {
  const { db, keyring, clock, index } = parts
  const at = clock.now()
  await db.transaction(async (trx) => {
    const alert = await spendAlert(trx, alertId, at)
    const account = alert && (await findAccount(trx, alert.accountId))
    if (!alert || !account) return
    const subjectDigest = await index.digest('subject', account.address)
    const about = { accountId: account.id, subject: account.address, subjectDigest }
    const { id: caseId, opened } = await openCase(trx, keyring, about, at)
    const note = { caseId, staffId: null, at }
    if (opened) await insertTimelineEntry(trx, keyring, { ...note, event: 'opened', details: {} })
    const details = { kind: alert.kind, allowed: String(alert.allowed) }
    await insertTimelineEntry(trx, keyring, { ...note, event: 'sending-limit', details })
    const found = await findCase(trx, keyring, caseId)
    if (found) await startClock(trx, parts, found, at)
    if (found?.severity !== 'low') return
    const reasons = [...found.severityReasons, { code: 'sending-limit', points } as const]
    await setSeverity(trx, caseId, { level: 'medium', reasons })
    await insertTimelineEntry(trx, keyring, {
      ...note,
      event: 'severity-raised',
      details: { level: 'medium' },
    })
  })
}
